import pytest

pytest.register_assert_rewrite("tests.payments.providers.contract")
