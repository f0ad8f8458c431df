"""The demo as a new user builds it, once a file."""

from typing import Any

import lotmark_demo
import pytest
from lotmark_demo import Demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return lotmark_demo.build(tmp_path_factory.mktemp("commands") / "demo")


@pytest.fixture(scope="module")
def told(demo: Demo) -> dict[str, Any]:
    return demo.document
