"""The demo as a new user builds it."""

from typing import Any

import lotmark_demo
import pytest
from lotmark_demo import Demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return lotmark_demo.build(tmp_path_factory.mktemp("commands") / "demo")


@pytest.fixture(scope="session")
def told(demo: Demo) -> dict[str, Any]:
    return demo.document
