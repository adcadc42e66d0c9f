"""How many of a round's ideas the committee can take."""

import sqlalchemy as sa
from alembic import op

revision = "capacity"
down_revision = "department_heads"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("round", sa.Column("capacity", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("round", "capacity")
