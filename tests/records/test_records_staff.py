"""Staff, their passwords and their sessions."""

import dataclasses

import pytest
from sqlalchemy import Connection, func, select

from wasl_records import password, session, staff
from wasl_records.errors import StaffExists, UnknownStaff
from wasl_records.schema import staff_session
from wasl_records.staff import EVERY_SERVICE, Staff


def test_a_person_comes_back_as_added(connection: Connection, noora: Staff) -> None:
    assert staff.get(connection, "noora") == noora
    assert staff.list_all(connection) == [noora]


def test_a_name_is_read_in_each_language(noora: Staff) -> None:
    assert (noora.name("ar"), noora.name("en")) == ("نورة", "Noora")


def test_a_user_name_is_given_once(connection: Connection, noora: Staff) -> None:
    with pytest.raises(StaffExists):
        staff.add(connection, noora, "other")
    assert staff.password_hash(connection, "noora") == "hash"


def test_strangers_are_unknown(connection: Connection) -> None:
    with pytest.raises(UnknownStaff):
        staff.get(connection, "stranger")
    with pytest.raises(UnknownStaff):
        staff.set_password(connection, "stranger", "hash")
    assert staff.password_hash(connection, "stranger") is None


def test_a_person_serves_what_she_knows(noora: Staff) -> None:
    offered = {"title-deed", "rent-allowance"}
    assert noora.serves(offered) == {"title-deed": 4}
    assert noora.serves({"rent-allowance"}) == {}
    everything = dataclasses.replace(noora, services={EVERY_SERVICE: 2, "title-deed": 5})
    assert everything.serves(offered) == {"title-deed": 5, "rent-allowance": 2}


def test_a_password_fits_its_own_hash_only() -> None:
    hashed = password.hash_password("سرّ")
    assert hashed.startswith("$argon2id$")
    assert hashed != password.hash_password("سرّ")
    assert password.verify(hashed, "سرّ")
    assert not password.verify(hashed, "wrong")
    assert not password.verify("no hash at all", "سرّ")


def test_nobodys_password_never_fits_but_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    real = password._hasher

    class Watched:
        hash = real.hash

        def verify(self, hashed: str, clear: str) -> bool:
            checked.append(hashed)
            return real.verify(hashed, clear)

    monkeypatch.setattr(password, "_hasher", Watched())
    assert not password.verify(None, "nobody's password")
    assert not password.verify(None, "anything")
    assert [hashed[:10] for hashed in checked] == ["$argon2id$"] * 2


def test_a_session_is_found_by_its_token(connection: Connection, noora: Staff) -> None:
    token = session.open(connection, "noora", 0)
    assert session.find(connection, token, 1) == noora
    assert session.find(connection, token + "x", 1) is None
    assert len(token) >= 43


def test_only_a_hash_of_the_token_is_kept(connection: Connection, noora: Staff) -> None:
    token = session.open(connection, "noora", 0)
    assert connection.execute(select(staff_session.c.token_hash)).scalar_one() != token


def test_use_prolongs_a_session(connection: Connection, noora: Staff) -> None:
    token = session.open(connection, "noora", 0)
    assert session.find(connection, token, session.LASTS - 1) == noora
    assert session.find(connection, token, 2 * session.LASTS - 2) == noora
    assert session.find(connection, token, 3 * session.LASTS) is None


def test_looking_a_session_up_twice_writes_once(connection: Connection, noora: Staff) -> None:
    token = session.open(connection, "noora", 0)
    session.find(connection, token, session.PROLONG_AFTER - 1)
    assert connection.execute(select(staff_session.c.expires_at)).scalar_one() == session.LASTS


def test_a_closed_session_is_gone(connection: Connection, noora: Staff) -> None:
    token, other = session.open(connection, "noora", 0), session.open(connection, "noora", 0)
    session.close(connection, token)
    session.close(connection, token)
    assert session.find(connection, token, 1) is None
    assert session.find(connection, other, 1) == noora


def test_a_new_password_ends_all_sessions(connection: Connection, noora: Staff) -> None:
    token = session.open(connection, "noora", 0)
    staff.set_password(connection, "noora", "new")
    assert session.find(connection, token, 1) is None
    assert staff.password_hash(connection, "noora") == "new"


def test_sessions_that_ended_are_forgotten(connection: Connection, noora: Staff) -> None:
    session.open(connection, "noora", 0)
    session.open(connection, "noora", session.LASTS)
    assert connection.execute(select(func.count()).select_from(staff_session)).scalar_one() == 1
