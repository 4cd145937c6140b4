"""Names of people who do not exist: common surnames, first names and patronymics, each drawn for itself."""

from dataclasses import dataclass
from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


KAZAKH_SURNAMES = _words(
    "Абдрахманов Әбілов Айтбаев Ақанов Алпысбаев Асқаров Әуезханов Бекенов Бердібаев Досымов Ержанов "
    "Есімов Жақсыбаев Жұмағұлов Иманбаев Қайыров Қалиев Қонысбаев Құсайынов Мамыров Мұқанов Нұрғалиев "
    "Оразов Өтеғұлов Рақымбаев Сапаров Сейітов Серікбаев Тілеубаев Төлегенов Тұрсынов Үсенов Шәріпов Ысқақов"
)
KAZAKH_MEN = _words(
    "Айдар Арман Асқар Бауыржан Болат Ғалым Дархан Ерлан Жандос Қайрат Марат Мұрат Нұрлан Олжас Рүстем "
    "Санжар Серік Тимур Шыңғыс"
)
KAZAKH_WOMEN = _words(
    "Айгүл Айнұр Әлия Гүлнар Дана Динара Жанар Зәуре Қарлығаш Ләззат Мадина Мөлдір Назгүл Раушан Сәуле "
    "Толқын Шолпан Ұлжан"
)
KAZAKH_FATHERS = _words("Әбдіқали Бекзат Дүйсен Есен Жұмабек Кәрім Қасым Мейрам Омар Сәбит Талғат Төлеген")
RUSSIAN_SURNAMES = _words(
    "Алексеев Андреев Белов Васильев Воробьёв Голубев Гусев Данилов Егоров Жуков Зайцев Ильин Киселёв "
    "Ковалёв Комаров Крылов Лебедев Макаров Назаров Никитин Орлов Павлов Петров Родионов Савельев Соловьёв "
    "Сорокин Степанов Тихонов Филиппов Фролов Чернов Шестаков Щербаков Яковлев"
)
RUSSIAN_MEN = _words(
    "Александр Алексей Андрей Борис Валерий Виктор Владимир Дмитрий Евгений Иван Игорь Кирилл Константин "
    "Максим Михаил Николай Олег Павел Роман Сергей"
)
RUSSIAN_WOMEN = _words(
    "Алла Анна Валентина Вера Галина Дарья Екатерина Елена Ирина Ксения Лариса Людмила Марина Мария Надежда "
    "Наталья Ольга Светлана Татьяна Юлия"
)
RUSSIAN_PATRONYMICS = _words(
    "Александров Андреев Борисов Викторов Владимиров Геннадьев Евгеньев Иванов Михайлов Николаев Олегов "
    "Павлов Петров Сергеев Степанов Юрьев"
)


@dataclass(frozen=True, slots=True)
class FullName:
    """Surname first, as bills print it; a Kazakh patronymic is one word or absent."""

    surname: str
    given: str
    patronymic: str

    def __str__(self) -> str:
        return " ".join(part for part in (self.surname, self.given, self.patronymic) if part)


def draw(random: Random, *, kazakh_share: float) -> FullName:
    """A person of either sex; `kazakh_share` of them bear Kazakh names."""
    woman = random.random() < 0.58
    if random.random() < kazakh_share:
        return _kazakh(random, woman=woman)
    return _russian(random, woman=woman)


def _kazakh(random: Random, *, woman: bool) -> FullName:
    surname, father = random.choice(KAZAKH_SURNAMES), random.choice(KAZAKH_FATHERS)
    given = random.choice(KAZAKH_WOMEN if woman else KAZAKH_MEN)
    patronymic = father + ("қызы" if woman else "ұлы") if random.random() < 0.9 else ""
    return FullName(surname + "а" if woman else surname, given, patronymic)


def _russian(random: Random, *, woman: bool) -> FullName:
    surname, father = random.choice(RUSSIAN_SURNAMES), random.choice(RUSSIAN_PATRONYMICS)
    given = random.choice(RUSSIAN_WOMEN if woman else RUSSIAN_MEN)
    return FullName(surname + "а" if woman else surname, given, father + ("на" if woman else "ич"))
