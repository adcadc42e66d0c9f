"""Passwords: argon2id, two at a time, never while a database lock is held; and which ones are too easy.

19 MiB, two passes, one lane: about 25 ms and what OWASP's cheat sheet asks for at least. More than two at once
would take memory from everything else.
"""

import unicodedata
from collections.abc import Callable, Iterable
from typing import TypeVar

import anyio.to_thread
from fastapi import Request
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.settings import DEMO_PASSWORD

T = TypeVar("T")
SHORTEST, LONGEST = 12, 1000
hasher = PasswordHash([Argon2Hasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)])
# What an unknown name is checked against, so that it takes as long as a known one.
NOBODY = hasher.hash("a password that nobody has")

# Twelve letters and more, and still among the first that anybody tries.
FIRST_TRIED = """
123456789012 1234567890123 12345678901234 123456789123 123123123123 111111111111 000000000000 121212121212
112233445566 987654321098 987654321012 qwertyuiop12 qwertyuiop123 qwertyuiopasdf qwertyuiopasdfgh 1q2w3e4r5t6y
1q2w3e4r5t6y7u 1qaz2wsx3edc 1qaz2wsx3edc4rfv qazwsxedcrfv qwertyqwerty qwerty123456 qwerty1234567 qwerty12345678
asdfghjkl123 asdfasdfasdf zxcvbnm12345 abcdefghijkl abcdefghijklm abcd12345678 abc123abc123 abcabcabcabc
password1234 password12345 password123456 password2024 password2025 password2026 passwordpassword
passw0rd1234 p@ssw0rd1234 p@ssword1234 pa55word1234 mypassword12 mypassword123 newpassword1 newpassword123
iloveyou1234 iloveyou12345 iloveyouforever iloveyousomuch letmein12345 letmeinplease welcome12345 welcome123456
welcome2024! welcome2025! welcome2026! changeme1234 changemenow! changemeplease administrator administrator1
adminadminadmin admin1234567 admin12345678 superadmin123 correcthorsebatterystaple
thisisapassword thisismypassword trustno1trustno1 dragondragon monkeymonkey football1234 baseball1234
liverpool123 manchester1 sunshine1234 princess1234 superman1234 batman123456 starwars1234 pokemon12345
spring202400 summer202400 autumn202400 winter202400 september2024 september2025 september2026 november2026
"""
COMMON = frozenset(FIRST_TRIED.split())


async def apart(request: Request, call: Callable[..., T], *args: object) -> T:
    """In one of the two threads that are for passwords alone."""
    return await anyio.to_thread.run_sync(call, *args, limiter=request.app.state.password_threads)


async def hashed(request: Request, password: str) -> str:
    return await apart(request, hasher.hash, password)


async def matches(request: Request, password: str, kept: str | None) -> bool:
    """As long for a person without a password, or for nobody, as for anybody else."""
    right = await apart(request, hasher.verify, password[:LONGEST], kept or NOBODY)
    return right and kept is not None


def plain(words: str) -> str:
    """Letters and digits alone, without case or accents: how a password and a name are held beside each other."""
    parted = unicodedata.normalize("NFKD", words).casefold()
    return "".join(letter for letter in parted if letter.isalnum())


def weakness(password: str, known: Iterable[str] = ()) -> str | None:
    """What is wrong with a new password, in words. known: the organisation, the person's name and address."""
    if len(password) < SHORTEST:
        return f"At least {SHORTEST} characters are needed. Four words that do not belong together do well."
    if len(password) > LONGEST:
        return f"At most {LONGEST:,} characters fit here."
    bare = plain(password)
    if password == DEMO_PASSWORD or password.casefold() in COMMON or bare in COMMON or len(set(password)) < 4:
        return "This is among the first passwords that anybody tries. Choose another."
    for word in sorted({plain(part) for words in known for part in parts(words)}, key=len, reverse=True):
        bare = bare.replace(word, "")
    if len(bare) < SHORTEST // 2 and len(bare) < len(plain(password)):
        return "This is little more than your name, your address or your organisation’s name. Choose another."
    return None


def parts(words: str) -> list[str]:
    """The whole and its words, those of three letters and more."""
    cut = "".join(letter if letter.isalnum() else " " for letter in words).split()
    return [part for part in (words, *cut) if len(plain(part)) > 2]
