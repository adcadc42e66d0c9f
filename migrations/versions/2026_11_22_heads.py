"""Ideas that were first submitted after their call had closed.

The column has no constraint, so that SQLite adds it without a rebuild.
"""

import sqlalchemy as sa
from alembic import op

revision = "heads"
down_revision = "search"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call_idea", sa.Column("late", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("call_idea", "late")
