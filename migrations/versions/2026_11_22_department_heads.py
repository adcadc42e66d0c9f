"""Who heads a department; and ideas that were first submitted after their call had closed.

Neither column has a constraint, so that SQLite adds it without a rebuild.
"""

import sqlalchemy as sa
from alembic import op

revision = "department_heads"
down_revision = "author_questions"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("department", sa.Column("head_id", ID, nullable=True))
    op.add_column("call_idea", sa.Column("late", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("call_idea", "late")
    op.drop_column("department", "head_id")
