from xml.etree.ElementTree import Element

import pytest

from tests import walks


@pytest.fixture
def site(client, guide) -> dict[str, Element]:
    """Every page reachable from the front page, in each language, parsed."""
    return walks.ordinary()
