"""The towns as they are kept between runs: the same as those in the package, whatever happens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchcap.photos.place import Gazetteer
from batchcap.photos.towns import Towns, open_towns

LARGE = 15_000


@pytest.fixture(scope="module")
def fresh() -> Towns:
    return open_towns(LARGE, None)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("cache") / "made" / "by us"
    open_towns(LARGE, folder)
    return folder


@pytest.fixture(scope="module")
def kept(cache) -> Towns:
    return open_towns(LARGE, cache)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_what_was_kept_answers_as_the_package_does(fresh, kept, latitude, longitude) -> None:
    one, other = (Gazetteer(each, {}).near(latitude, longitude) for each in (fresh, kept))
    assert one == other


def test_each_country_keeps_all_its_towns(fresh, kept) -> None:
    assert list(kept.codes) == list(fresh.codes)
    for code in kept.codes:
        assert kept.of(code) == fresh.of(code)
        assert kept.of(code)


def test_one_file_is_kept_and_nothing_beside_it(cache) -> None:
    (file,) = cache.iterdir()
    assert file.suffix == ".zip"


@pytest.mark.parametrize("part", [slice(0, 100), slice(0, -1000), slice(5000, None)])
def test_a_broken_file_is_made_anew(fresh, cache, tmp_path, part) -> None:
    (file,) = cache.iterdir()
    (tmp_path / file.name).write_bytes(file.read_bytes()[part])
    assert open_towns(LARGE, tmp_path).of("IT") == fresh.of("IT")
    assert open_towns(LARGE, tmp_path).of("IT") == fresh.of("IT")


def test_a_block_that_cannot_be_read_comes_from_the_package(fresh, cache, tmp_path) -> None:
    (file,) = cache.iterdir()
    data = bytearray(file.read_bytes())
    data[1000 : len(data) // 2] = bytes(len(data) // 2 - 1000)
    (tmp_path / file.name).write_bytes(data)
    kept = open_towns(LARGE, tmp_path)
    assert [kept.of(code) for code in kept.codes] == [fresh.of(code) for code in fresh.codes]


def test_a_folder_that_cannot_be_made_is_done_without(fresh, tmp_path) -> None:
    (tmp_path / "file").touch()
    assert open_towns(LARGE, tmp_path / "file").of("IT") == fresh.of("IT")
