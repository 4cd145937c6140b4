"""Who may sign in: by login or by e-mail, as the profile says, and in the same time for a name nobody has."""

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Value
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.http import HttpRequest

from abonent.portal.current import portal
from abonent.users.models import User

CLAIMS = 3
"""An address may be one person's confirmed one and, unconfirmed, two others' (docs/domain/people.md)."""


class PortalBackend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's backend, which names the person; here it only learns where to look."""

    def _authenticate(self, request: HttpRequest | None, **credentials: str) -> User | None:
        # Asking again, allauth gives both: the login that nobody sees, and the address people sign in by.
        login, email = credentials.get("username"), credentials.get("email")
        password = credentials["password"]
        if portal().sign_up.sign_in_by == "email":
            return self._first_that_fits(by_email(email or login or ""), password, at_least=CLAIMS)
        return self._first_that_fits(by_login(login or email or ""), password, at_least=1)

    def _first_that_fits(self, people: list[User], password: str, *, at_least: int) -> User | None:
        """Always as many hashes for a wrong password, so that time tells nothing about who exists."""
        for person in people:
            if person.check_password(password):
                self._did_check_password = True
                return self._let_in(person)
        for _ in range(at_least - len(people)):
            self._mitigate_timing_attack(password)
        self._did_check_password = True
        return None

    def _let_in(self, person: User) -> User | None:
        if self.user_can_authenticate(person):
            return person
        self._stash_user(person)  # allauth then says that it is closed, to those who know the password
        return None


def by_login(login: str) -> list[User]:
    same = Exact(Lower("login"), Lower(Value(login.strip())))  # as the index has it
    return list(User.objects.filter(same)[:1])


def by_email(email: str) -> list[User]:
    """Those who gave this address: who confirmed it first, then the oldest."""
    people = User.objects.filter(email=email.strip().lower()).exclude(email="")
    return list(people.order_by("-email_confirmed", "pk")[:CLAIMS])
