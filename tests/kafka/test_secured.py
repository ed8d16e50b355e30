"""A real Kafka behind TLS and passwords: the right one works end to end, nobody else gets in."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError

from goldenhour.broker.launch import start_broker
from goldenhour.broker.running import RunningBroker
from goldenhour.broker.settings import BrokerSettings
from ports.log.kafka_log import KafkaLog
from ports.log.kafka_security import KafkaRefused
from ports.log.port import TopicPartition
from tests.patience import PATIENCE_S
from wire.topics import PATIENTS

CLIENT = ("USER", "PASSWORD_FILE", "CA")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def broker(
    tmp_path_factory: pytest.TempPathFactory, broker_cache: Path
) -> AsyncIterator[RunningBroker]:
    """A secured broker; this process and its children are its clients for as long as it runs."""
    with pytest.MonkeyPatch.context() as patch:
        for name in CLIENT:
            patch.setenv(f"GOLDENHOUR_KAFKA_{name}", "")
        settings = BrokerSettings(
            home=tmp_path_factory.mktemp("secured"),
            cache=broker_cache,
            port=None,
            secure=True,
            start_timeout_s=PATIENCE_S,
        )
        broker = await start_broker(settings)
        yield broker
        await broker.stop()


@pytest.mark.asyncio(loop_scope="module")
async def test_the_right_password_works_from_the_gateway_to_the_worker(
    broker: RunningBroker, tmp_path: Path
) -> None:
    """Our own clients write and read, and a Faust worker joins its group."""
    log = KafkaLog(broker.bootstrap, client_id="test")
    writer = await log.writer()
    offset = await (await writer.send(PATIENTS.name, 0, b"a record"))
    await writer.close()
    records = await log.read_to_end(TopicPartition(PATIENTS.name, 0))
    assert records[offset].value == b"a record"
    for program in (
        ("gateway", "--address", "127.0.0.1:0"),
        ("worker", "--app", "patients", "--metrics-port", "0"),
    ):
        assert (await _ready(broker, tmp_path, *program))["ready"] == program[0]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_wrong_password_is_refused_at_once_and_in_one_line(
    broker: RunningBroker, tmp_path: Path
) -> None:
    """Not tried for half a minute: no further attempt would change it."""
    wrong = tmp_path / "password"
    wrong.write_text("guessed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GOLDENHOUR_KAFKA_PASSWORD_FILE", str(wrong))
        with pytest.raises(KafkaRefused, match="does not let goldenhour in"):
            await KafkaLog(broker.bootstrap, client_id="test").writer()
        code, said = await _ended(broker, tmp_path, "gateway", "--address", "127.0.0.1:0")
        assert code == 1
        refusals = [line for line in said.splitlines() if "does not let goldenhour in" in line]
        assert len(refusals) == 1
        assert "not started" in refusals[0]
        assert "Traceback" not in said
        assert "guessed" not in said
        code, said = await _ended(broker, tmp_path, "worker", "--metrics-port", "0")
        assert code == 1
        assert said.count("does not let goldenhour in") == 1


@pytest.mark.asyncio(loop_scope="module")
async def test_without_tls_or_with_another_authority_nobody_gets_in(
    broker: RunningBroker, tmp_path: Path
) -> None:
    """A plain client is not answered, and our client does not believe a broker of somebody else."""
    plain = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, request_timeout_ms=2_000)
    with pytest.raises(KafkaConnectionError):
        await plain.start()
    await plain.stop()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("GOLDENHOUR_KAFKA_CA")
        with pytest.raises(KafkaRefused, match="certificate"):
            await KafkaLog(broker.bootstrap, client_id="test").writer()


@pytest.mark.asyncio(loop_scope="module")
async def test_passwords_are_for_their_owner_alone(broker: RunningBroker) -> None:
    """Nobody else of the machine reads them, and each broker has its own."""
    secrets = broker.settings.folder / "secrets"
    files = [*secrets.glob("*.password"), *secrets.glob("*.key"), secrets / "keystore.pem"]
    assert len(files) == 4
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert secrets.stat().st_mode & 0o077 == 0
    assert (secrets.parent / "server.properties").stat().st_mode & 0o777 == 0o600


async def _start(broker: RunningBroker, folder: Path, *program: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "goldenhour", *program),
        *("--bootstrap", broker.bootstrap, "--home", str(folder / program[0])),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ,
    )


async def _ready(broker: RunningBroker, folder: Path, *program: str) -> dict[str, str]:
    """Start a program, wait until it serves, and stop it."""
    process = await _start(broker, folder, *program)
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        line = await process.stdout.readline()
    if process.returncode is None:
        process.terminate()
    _, errors = await process.communicate()
    assert line, errors.decode()[-2_000:]
    said: dict[str, str] = json.loads(line)
    return said


async def _ended(broker: RunningBroker, folder: Path, *program: str) -> tuple[int, str]:
    process = await _start(broker, folder, *program)
    async with asyncio.timeout(PATIENCE_S):
        _, errors = await process.communicate()
    return process.returncode or 0, errors.decode()
