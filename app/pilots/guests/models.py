"""A guest who was invited to a pilot."""

from sqlmodel import Field, SQLModel

from app.columns import Id


class PilotGuest(SQLModel, table=True):
    __tablename__ = "pilot_guest"

    pilot_id: int = Field(primary_key=True, sa_type=Id, foreign_key="pilot.id")
    person_id: int = Field(primary_key=True, sa_type=Id, foreign_key="person.id", index=True)
