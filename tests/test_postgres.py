"""PostgreSQL for the tests is there with no manual step, also without Debian's."""

import sqlalchemy as sa
import testpg


def test_the_wheels_server_starts_and_stops() -> None:
    server = testpg.start(wheel=True)
    try:
        engine = sa.create_engine(server.url)
        with engine.connect() as link:
            assert link.scalar(sa.text("SELECT version()")).startswith("PostgreSQL")
        engine.dispose()
    finally:
        server.stop()
    assert server.folder is not None
    assert not server.folder.exists()
