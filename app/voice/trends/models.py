"""Ways of parting respondents that people made, and analyses that they saved."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field as Bounded
from sqlmodel import Field

from app.columns import Row, choice, instant, points_to, text
from app.web.forms import FormModel


class RecodeKind(StrEnum):
    MERGE = "merge"  # labels of a segment under new names
    BANDS = "bands"  # an outcome or a touchpoint cut into bands
    COMBINE = "combine"  # two segments together


class Recode(Row, table=True):
    """A segment made of others, for every wave of a series (or one source of no series) by its labels."""

    __tablename__ = "recode"

    name: str = Field(max_length=120)
    kind: RecodeKind = choice(RecodeKind)
    series_id: int | None = points_to("series.id", nullable=True)
    source_id: int | None = points_to("source.id", nullable=True)
    definition: str = text()  # JSON: see kept.definition
    shared: bool = False
    made_by: int = points_to("person.id")
    made_at: datetime = instant()
    version: int = 1


class AnalysisPage(StrEnum):
    INDICES = "indices"
    TABLES = "tables"


class Analysis(Row, table=True):
    """A page's options under a name: what stands behind the question mark of its address."""

    __tablename__ = "analysis"

    name: str = Field(max_length=120)
    page: AnalysisPage = choice(AnalysisPage)
    options: str = text()
    series_id: int | None = points_to("series.id", nullable=True)
    source_id: int | None = points_to("source.id", nullable=True)
    shared: bool = False
    made_by: int = points_to("person.id")
    made_at: datetime = instant()

    @property
    def address(self) -> str:
        return f"/voice/{self.page.value}?{self.options}"


Name = Annotated[str, Bounded(min_length=1, max_length=120)]


class SaveForm(FormModel):
    name: Name
    page: AnalysisPage
    options: Annotated[str, Bounded(max_length=2_000)]
    shared: str = ""


class RecodeForm(FormModel):
    """One form for the three kinds; `kept.definition` says what each needs."""

    name: Name
    kind: RecodeKind
    segment: Annotated[str, Bounded(max_length=200)] = ""
    lines: Annotated[str, Bounded(max_length=100_000)] = ""
    of: Annotated[str, Bounded(max_length=200)] = ""
    cuts: Annotated[str, Bounded(max_length=500)] = ""
    names: Annotated[str, Bounded(max_length=2_000)] = ""
    other: Annotated[str, Bounded(max_length=200)] = ""
    shared: str = ""
