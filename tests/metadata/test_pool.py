import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from batchcap.errors import ToolMissing
from batchcap.metadata.exiftool import find_exiftool
from batchcap.metadata.pool import ExifToolPool


def test_chunks_come_back_in_order_from_several_processes(photo):
    paths = [photo(f"{number}.jpg", f"-XMP-dc:Title=t{number}") for number in range(7)]

    def work(tool, chunk):
        return [tags["XMP-dc:Title"] for tags in tool.read(chunk).values()]

    with ExifToolPool(find_exiftool(""), 2) as pool:
        chunks = list(pool.map_chunks(work, paths, 2))
    assert chunks == [["t0", "t1"], ["t2", "t3"], ["t4", "t5"], ["t6"]]


def test_a_stream_is_taken_as_it_is_needed():
    taken = []
    stream = (taken.append(number) or number for number in itertools.count())
    with ExifToolPool("unused", 2) as pool:
        results = pool.map_chunks(lambda _, chunk: sum(chunk), stream, 10)
        assert next(results) == 45
        assert len(taken) <= 40
        results.close()


def test_an_error_of_the_work_is_raised():
    def work(_, chunk):
        raise ToolMissing(f"gone over {chunk}")

    with ExifToolPool("unused", 1) as pool, pytest.raises(ToolMissing):
        list(pool.map_chunks(work, [1, 2, 3], 1))


def test_another_executor_can_be_put_there():
    with ThreadPoolExecutor(1) as executor:
        with ExifToolPool("unused", 1, executor=executor) as pool:
            assert list(pool.map_chunks(lambda _, chunk: chunk, "abc", 2)) == [("a", "b"), ("c",)]
        assert executor.submit(int, "7").result() == 7


def test_the_version_is_asked_of_one():
    with ExifToolPool(find_exiftool("")) as pool:
        assert pool.version[0].isdigit()
