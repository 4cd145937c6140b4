"""What a process keeps: by key, within its room, the least used gone first."""

from threading import Thread

from abonent.base.kept import Kept, forget_everything


def test_a_value_is_made_once_for_each_key() -> None:
    kept: Kept[str] = Kept(room=1000)
    made: list[str] = []

    def make(text: str) -> str:
        made.append(text)
        return text

    assert [kept.get("a", lambda: make("1")), kept.get("a", lambda: make("2"))] == ["1", "1"]
    assert kept.get("b", lambda: make("3")) == "3"
    assert made == ["1", "3"]


def test_the_least_used_goes_first_and_the_room_is_never_exceeded() -> None:
    kept: Kept[str] = Kept(room=100)
    for key in range(10):
        kept.get(key, lambda: "x" * 10)
    kept.get(0, lambda: "not made")
    kept.get(10, lambda: "y" * 10)
    assert kept.get(0, lambda: "made anew") == "x" * 10
    assert kept.get(1, lambda: "made anew") == "made anew"
    assert sum(len(value) for value in kept._values.values()) <= 100


def test_one_large_value_does_not_drive_out_the_rest() -> None:
    kept: Kept[str] = Kept(room=100)
    kept.get("small", lambda: "x")
    assert kept.get("large", lambda: "x" * 11) == "x" * 11
    assert len(kept) == 1


def test_everything_can_be_forgotten() -> None:
    kept: Kept[str] = Kept(room=100)
    kept.get("a", lambda: "1")
    forget_everything()
    assert kept.get("a", lambda: "2") == "2"


def test_threads_count_the_room_alike() -> None:
    kept: Kept[str] = Kept(room=1000)

    def use() -> None:
        for turn in range(3000):
            kept.get(turn % 300, lambda: "x" * 10)

    threads = [Thread(target=use) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert kept._taken == sum(len(value) for value in kept._values.values()) <= 1000
