"""The record: who did what to which thing, from where to where, when. Append-only and chained.

An entry holds ids, codes, figures and salted digests of text, never names, addresses or free text: a person can be
erased and the chain still verifies. The words themselves stand in `Note`, the salts in `Salt`; erasing deletes both.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Text
from sqlmodel import Field, SQLModel

from app.columns import instant


class Entry(SQLModel, table=True):
    __tablename__ = "record"

    number: int = Field(sa_column=Column(BigInteger(), primary_key=True, autoincrement=False))
    at: datetime = instant()
    actor_id: int | None = Field(default=None, sa_type=BigInteger, index=True)
    move: str = Field(max_length=40)
    ref: str = Field(max_length=60, index=True)
    before: str = Field(default="", max_length=40)
    after: str = Field(default="", max_length=40)
    figures: str = Field(default="{}", sa_column=Column(Text(), nullable=False))
    digests: str = Field(default="{}", sa_column=Column(Text(), nullable=False))
    key_id: str = Field(max_length=16)
    previous: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class Head(SQLModel, table=True):
    """The last entry's number and hash: one row, locked by whoever writes the next entry."""

    __tablename__ = "record_head"

    id: int = Field(default=1, primary_key=True)
    number: int = Field(default=0, sa_type=BigInteger)
    hash: str = Field(default="", max_length=64)


class Salt(SQLModel, table=True):
    """What is needed to check a digest, and the words behind it. Goes when the person whose words they are goes."""

    __tablename__ = "record_salt"

    number: int = Field(sa_type=BigInteger, primary_key=True, foreign_key="record.number")
    name: str = Field(max_length=40, primary_key=True)
    owner_id: int | None = Field(default=None, sa_type=BigInteger, index=True)
    salt: str = Field(max_length=64)
    words: str = Field(sa_column=Column(Text(), nullable=False))
