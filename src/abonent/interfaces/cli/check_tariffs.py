"""Can everybody be reckoned: are the loaded tariffs readable, and is every tariff that meters name loaded?"""

from django.utils import timezone

from abonent.interfaces.cli.finding import FAIL, OK, WARN, Finding
from abonent.metering.charged import named_tariffs
from abonent.tariffs.calculator import TariffError
from abonent.tariffs.queries import TariffVersionFacts, loaded


def finding() -> Finding:
    newest = loaded().newest()
    broken = [one for one in newest if _mistake(one)]
    if broken:
        reason = _mistake(broken[0]).splitlines()[0]
        text = f"{len(broken)} cannot be read by this version: {broken[0].code}: {reason}"
        return Finding(FAIL, "tariffs", text, "correct the file and `abonent tariffs load` it again")
    missing = sorted(named_tariffs() - {one.code for one in newest})
    if missing:
        text = f"meters name tariffs that are not loaded: {', '.join(missing)}"
        return Finding(WARN, "tariffs", text, "abonent tariffs load FILE")
    waiting = sum(one.takes_effect_on > timezone.localdate() for one in newest)
    return Finding(OK, "tariffs", f"{len(newest)} loaded, {waiting} with a version that waits for its day")


def _mistake(one: TariffVersionFacts) -> str:
    try:
        return "" if one.tariff else one.code
    except TariffError as error:
        return str(error)
