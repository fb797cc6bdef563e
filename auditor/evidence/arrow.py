"""Arrow record batches as numpy arrays, without pyarrow.

Every array is a copy: a batch's memory is released when the next is read, and numpy would not hold it back.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy

from auditor.errors import SchemaError

Array = numpy.ndarray[Any, Any]
_WIDTHS = {"int8": numpy.int8, "int16": numpy.int16, "int32": numpy.int32, "int64": numpy.int64}


def read_batches(stream: Any, rows: int) -> Iterator[dict[str, Array]]:
    """Batches of an object with `__arrow_c_stream__` (integers, booleans, text), each of at most `rows` rows.

    Raises:
        SchemaError: the query behind the stream failed while it ran.
    """
    import nanoarrow
    from nanoarrow._utils import NanoarrowException

    source = nanoarrow.c_array_stream(stream)
    try:
        names = [source.get_schema().child(i).name for i in range(source.get_schema().n_children)]
        for batch in source:
            view = batch.view()
            arrays = {name: _array(view.child(index)) for index, name in enumerate(names)}
            for start in range(0, len(batch), rows):
                yield {name: array[start : start + rows] for name, array in arrays.items()}
    except NanoarrowException as error:
        raise SchemaError("the query failed while its rows were read", hint=str(error)) from error
    finally:
        source.release()


def _array(view: Any) -> Array:
    length = len(view)
    values = _values(view, length)
    if view.null_count == 0:
        return values
    present = _bits(view.buffer(0), length)
    return numpy.ma.MaskedArray(values, mask=~present)


def _bits(buffer: Any, length: int) -> Array:
    packed = numpy.frombuffer(buffer, dtype=numpy.uint8)
    return numpy.unpackbits(packed, count=length, bitorder="little").astype(bool)


def _values(view: Any, length: int) -> Array:
    if view.offset:
        raise AssertionError("DuckDB hands over batches from their first row")
    kind = view.storage_type
    if kind == "bool":
        return _bits(view.buffer(1), length)
    if kind in ("string", "large_string"):
        width = numpy.int32 if kind == "string" else numpy.int64
        offsets = numpy.frombuffer(view.buffer(1), dtype=width)[: length + 1]
        return _texts(offsets.tolist(), bytes(view.buffer(2)), length)
    return numpy.frombuffer(view.buffer(1), dtype=_WIDTHS[kind])[:length].astype(numpy.int64)


def _texts(bounds: list[int], data: bytes, length: int) -> Array:
    texts = numpy.empty(length, dtype=object)
    pairs = pairwise(bounds)
    if data.isascii():
        whole = data.decode("ascii")
        texts[:] = [whole[begin:end] for begin, end in pairs]
    else:
        texts[:] = [data[begin:end].decode("utf-8") for begin, end in pairs]
    return texts
