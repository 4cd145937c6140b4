"""What staff type of an announcement: whom it concerns, the hours of an outage, a title and a text for each
language."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from abonent.accounts.models import Account
from abonent.announcements.audience import Audience
from abonent.announcements.models import Announcement
from abonent.announcements.operations import Draft
from abonent.announcements.places import is_place, places
from abonent.announcements.texts import LONGEST_TEXT, LONGEST_TITLE
from abonent.interfaces.office.announcement_words import AUDIENCES
from abonent.interfaces.ui.environment import LANGUAGE_NAMES, language
from abonent.portal.current import portal
from abonent.portal.models import Organisation
from abonent.portal.queries import data_version, services
from abonent.users.models import StaffMembership

_MOMENT = "%Y-%m-%dT%H:%M"


class MomentField(forms.DateTimeField):
    """A day and a time in the portal's time zone, by the browser's own picker."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(format=_MOMENT, attrs={"type": "datetime-local"})
        super().__init__(
            widget=widget,
            input_formats=[_MOMENT, "%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M"],
            error_messages={
                "required": gettext_lazy("Enter a day and a time."),
                "invalid": gettext_lazy("Enter a day and a time as 21.11.2026 14:00."),
            },
            **options,
        )


class AnnouncementForm(forms.Form):
    """A draft of one kind. Texts may be left unfinished; an address is chosen among those that there are."""

    audience = forms.ChoiceField(
        label=gettext_lazy("Customers"), widget=forms.RadioSelect, initial=Announcement.Audience.HOUSE
    )
    place = forms.CharField(
        label=gettext_lazy("House or street"),
        help_text=gettext_lazy("Type some words of the address; then choose among what was found."),
        max_length=300,
        required=False,
    )
    service = forms.ChoiceField(
        label=gettext_lazy("Service"),
        help_text=gettext_lazy("For customers of a service."),
        required=False,
    )

    def __init__(self, *args: Any, kind: str, staff: StaffMembership, **options: Any) -> None:
        super().__init__(*args, **options)
        self.kind, self.own = kind, staff.organisation_id
        self.found: tuple[str, ...] = ()
        """Addresses to choose among, when what was typed is not one."""
        self._choices()
        if kind == Announcement.Kind.OUTAGE:
            self.fields["starts_at"] = MomentField(label=_("Outage from"))
            self.fields["ends_at"] = MomentField(label=_("Outage until"))
        for one in portal().languages:
            self._texts(one)

    @property
    def languages(self) -> list[tuple[str, str]]:
        """(code, name) of the languages that have a title and a text here."""
        return [(one, LANGUAGE_NAMES[one][1]) for one in portal().languages]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = cleaned.get("audience")
        if kind in ("house", "street"):
            self._choose_place(kind, cleaned)
        if kind == "service" and not cleaned.get("service"):
            self.add_error("service", _("Choose a service."))
        if kind == "organisation" and not self._organisation(cleaned):
            self.add_error("organisation", _("Choose an organisation."))
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("An outage ends after it begins."))
        return cleaned

    def draft(self) -> Draft:
        """What was typed, once it is valid."""
        cleaned = self.cleaned_data
        kind = cleaned["audience"]
        return Draft(
            kind=self.kind,
            audience=Audience(
                kind,
                None if kind == "all" else self._organisation(cleaned),
                int(cleaned["service"]) if kind == "service" else None,
                cleaned["place"] if kind in ("house", "street") else "",
            ),
            texts=_texts_of(cleaned),
            starts_at=cleaned.get("starts_at"),
            ends_at=cleaned.get("ends_at"),
        )

    def _choices(self) -> None:
        offered = [(code, name) for code, name in AUDIENCES.items() if self.own is None or code != "all"]
        self.fields["audience"].choices = offered  # type: ignore[attr-defined]
        known = services(language=language(), version=data_version()).values()
        named = [(str(one.id), f"{one.name} ({one.supplier})") for one in known if not one.level]
        self.fields["service"].choices = [("", "—"), *named]  # type: ignore[attr-defined]
        if self.own is None:
            self.fields["organisation"] = forms.ChoiceField(
                label=_("Only customers of"), choices=_organisations(), required=False
            )

    def _texts(self, one: str) -> None:
        attrs = {"lang": one}
        self.fields[f"title_{one}"] = forms.CharField(
            label=_("Title"), max_length=LONGEST_TITLE, required=False, widget=forms.TextInput(attrs=attrs)
        )
        self.fields[f"text_{one}"] = forms.CharField(
            label=_("Text"),
            max_length=LONGEST_TEXT,
            required=False,
            widget=forms.Textarea(attrs={**attrs, "rows": 5}),
        )

    def _organisation(self, cleaned: Mapping[str, Any]) -> int | None:
        if self.own is not None:
            return self.own
        return int(cleaned["organisation"]) if cleaned.get("organisation") else None

    def _choose_place(self, kind: str, cleaned: dict[str, Any]) -> None:
        typed = str(self.data.get("chosen", "")).strip() or cleaned.get("place", "")
        whose = self._organisation(cleaned)
        if typed and is_place(kind, typed, organisation_id=whose):
            cleaned["place"] = typed
            return
        self.found = places(kind, typed, organisation_id=whose)
        if len(self.found) == 1:
            cleaned["place"], self.found = self.found[0], ()
        elif self.found:
            self.add_error("place", _("Choose one of the addresses that were found."))
        else:
            self.add_error("place", _("No account has such an address. Type the street and the house."))


def initial_of(found: Announcement) -> dict[str, Any]:
    """What the form shows of a draft, or of the announcement that a new one begins as."""
    texts = {
        f"{part}_{one}": text.get(part, "") for one, text in found.texts.items() for part in ("title", "text")
    }
    return {
        "audience": found.audience,
        "organisation": found.organisation_id or "",
        "service": found.service_id or "",
        "place": found.place,
        "starts_at": _local(found.starts_at),
        "ends_at": _local(found.ends_at),
        **texts,
    }


def _local(moment: datetime | None) -> datetime | None:
    return timezone.localtime(moment) if moment else None


def _texts_of(cleaned: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    return {
        one: {part: cleaned.get(f"{part}_{one}", "") for part in ("title", "text")}
        for one in portal().languages
    }


def _organisations() -> list[tuple[str, str]]:
    kept = Exists(Account.objects.filter(organisation=OuterRef("pk")))
    known = [(str(one.pk), one.name(language())) for one in Organisation.objects.filter(kept)]
    return [("", _("All organisations")), *known]
