"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PortalArgon2(Argon2PasswordHasher):
    """argon2id, 46 MiB, two passes, one lane: twice what OWASP asks at least (Password Storage Cheat Sheet).

    Django's 100 MB in eight lanes cost two and a half times the processor on a machine of two cores, where a
    wave of sign-ins would hold up every page. A hash made with other costs is renewed at the next sign-in.
    """

    time_cost = 2
    memory_cost = 47104
    parallelism = 1
