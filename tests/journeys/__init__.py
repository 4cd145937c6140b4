import pytest

pytest.register_assert_rewrite("tests.journeys.steps", "tests.journeys.walker", "tests.journeys.world")
