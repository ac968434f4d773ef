import pytest

from tests.pagecache.cached_site import CachedSite


@pytest.fixture
def site() -> CachedSite:
    return CachedSite()
