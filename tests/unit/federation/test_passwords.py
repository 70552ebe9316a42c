"""Which passwords are taken: long ones that nobody guesses first."""

from __future__ import annotations

import pytest

from coffee_node.base.errors import Unprocessable
from coffee_node.federation import passwords

KNOWN = ("claire", "Claire Dubois", "claire.dubois@lille.example")


@pytest.mark.parametrize(
    "password",
    ["password123!", "P@ssw0rd2024", "1234567890", "0987654321", "azertyuiop", "qwertzuiop", "Soleil2024!!",
     "aaaaaaaaaa", "abcabcabcabc", "Claire.Dubois1", "clairedubois", "bonjourbonjour", "motdepasse1",
     "wachtwoord!"],
)  # fmt: skip
def test_what_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(Unprocessable, match="guessed first") as error:
        passwords.check_new_password(password, *KNOWN)
    assert "password" in error.value.fields


@pytest.mark.parametrize(
    "password",
    ["trois mots en file", "two banks, one network", "correct horse battery", "xK3v9Qm2Lp",
     "mon café du matin", "claire aime le vélo"],
)  # fmt: skip
def test_words_in_a_row_and_random_signs_are_taken(password: str) -> None:
    passwords.check_new_password(password, *KNOWN)


@pytest.mark.parametrize("password", ["", "nine char", "x y z" * 300])
def test_a_password_has_a_length(password: str) -> None:
    with pytest.raises(Unprocessable, match="characters"):
        passwords.check_new_password(password)
