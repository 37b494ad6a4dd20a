"""The session of Apache Spark in which builds and drafting run, and what is said where there can be none."""

from __future__ import annotations

import os
import re
import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kgraph.errors import StoreError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = ["opened", "quiet", "translated"]

_HINT: Final = (
    "Install kgraph[spark] and Java 17 or newer (on Debian: openjdk-17-jre-headless; JAVA_HOME may name it)."
)
#: What is set where nobody has set it: the defaults of Spark are made for large clusters.
_DEFAULTS: Final = {
    "spark.app.name": "kgraph",
    "spark.ui.enabled": "false",
    "spark.sql.adaptive.enabled": "true",
    "spark.log.level": "ERROR",
}
#: On one machine nothing need be reached from outside.
_LOOPBACK: Final = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}


@contextmanager
def quiet() -> Iterator[None]:
    """Have PySpark not warn of the version of pandas, of which nothing is used here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def translated() -> Iterator[None]:
    """Have a job that Spark gives up be an error that says why.

    Raises:
        StoreError: it was given up.
    """
    from py4j.protocol import Py4JJavaError  # noqa: PLC0415 - it is optional
    from pyspark.errors import PySparkException  # noqa: PLC0415

    try:
        yield
    except (PySparkException, Py4JJavaError) as error:
        said = [line.strip() for line in str(error).splitlines()]
        reasons = [line for line in said if re.match(r"[\w.]+(Error|Exception): ", line)]
        raise StoreError(
            f"Spark gave up: {reasons[-1] if reasons else said[0]}",
            hint="All machines must have this kgraph, and see the project and its store under the same path.",
        ) from error


@contextmanager
def opened() -> Iterator[SparkSession]:
    """The session of this process, or else a new one, which ends with the context.

    It runs where Spark's own configuration says (``spark.master`` in ``spark-defaults.conf``, or
    ``PYSPARK_SUBMIT_ARGS``), and on this machine where that says nothing.

    Raises:
        StoreError: there is no PySpark or no Java.
    """
    try:
        with quiet():
            from py4j.protocol import Py4JError  # noqa: PLC0415 - it is optional, and takes a second
            from pyspark import SparkConf, SparkContext  # noqa: PLC0415
            from pyspark.errors import PySparkException  # noqa: PLC0415
            from pyspark.sql import SparkSession  # noqa: PLC0415
    except ImportError as error:
        raise StoreError("Spark needs PySpark, which is not installed.", hint=_HINT) from error
    running = SparkSession.getActiveSession()
    if running is not None:
        yield running
        return
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=str(Path(home) / "bin") if home else None) is None:
        raise StoreError("Spark needs Java, which is not found.", hint=_HINT)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        with quiet():
            SparkContext._ensure_initialized()  # starts Java, which reads Spark's own configuration
            own = SparkConf()
            is_here = own.get("spark.master", "local").startswith("local")
            builder = SparkSession.builder.config("spark.ui.showConsoleProgress", "false")
            for key, value in {**_DEFAULTS, **(_LOOPBACK if is_here else {})}.items():
                if not own.contains(key):
                    builder = builder.config(key, value)
            session = builder.getOrCreate()
    except (PySparkException, Py4JError, OSError) as error:
        raise StoreError("Spark did not start; what it said stands above.", hint=_HINT) from error
    if is_here and session.conf.get("spark.sql.shuffle.partitions") == "200":
        session.conf.set("spark.sql.shuffle.partitions", str(2 * session.sparkContext.defaultParallelism))
    try:
        yield session
    finally:
        session.stop()
