from __future__ import annotations

from pathlib import Path

import pytest

from artifact.errors import BadInputError
from artifact.trace.log import Log
from artifact.trace.reading import read_log


def read(path: Path, content: str | bytes, page: str = "utf-8") -> Log:
    path.write_bytes(content if isinstance(content, bytes) else content.replace("\n", "\r\n").encode(page))
    return read_log(path)


LANGUAGES = {
    "English": (
        "\nPinging a.example [192.0.2.1] with 32 bytes of data:\nReply from 192.0.2.1: bytes=32 time=101ms TTL=124\n"
        "Request timed out.\nReply from 192.0.2.1: bytes=32 time<1ms TTL=124\n"
        "Reply from 10.0.0.1: Destination host unreachable.\n"
        "\nPing statistics for 192.0.2.1:\n    Packets: Sent = 4, Received = 2, Lost = 2 (50% loss),\n"
        "Approximate round trip times in milli-seconds:\n    Minimum = 0ms, Maximum = 101ms, Average = 50ms\n",
        ("ascii", "utf-8", "utf-16", "cp437"),
    ),
    "German": (
        "\nPing wird ausgeführt für a.example [192.0.2.1] mit 32 Bytes Daten:\n"
        "Antwort von 192.0.2.1: Bytes=32 Zeit=101ms TTL=124\nZeitüberschreitung der Anforderung.\n"
        "Antwort von 192.0.2.1: Bytes=32 Zeit<1ms TTL=124\nAntwort von 10.0.0.1: Zielhost nicht erreichbar.\n"
        "\nPing-Statistik für 192.0.2.1:\n    Pakete: Gesendet = 4, Empfangen = 2, Verloren = 2\n    (50% Verlust),\n"
        "Ca. Zeitangaben in Millisek.:\n    Minimum = 0ms, Maximum = 101ms, Mittelwert = 50ms\n",
        ("utf-8", "utf-16", "cp850", "cp1252", "cp437"),
    ),
    "French": (
        "\nEnvoi d'une requête 'ping' sur a.example [192.0.2.1] avec 32 octets de données :\n"
        "Réponse de 192.0.2.1 : octets=32 temps=101 ms TTL=124\nDélai d'attente de la demande dépassé.\n"
        "Réponse de 192.0.2.1 : octets=32 temps<1ms TTL=124\n"
        "Réponse de 10.0.0.1 : Impossible de joindre l'hôte de destination.\n"
        "\nStatistiques Ping pour 192.0.2.1:\n    Paquets : envoyés = 4, reçus = 2, perdus = 2 (perte 50%),\n"
        "Durée approximative des boucles en millisecondes :\n    Minimum = 0ms, Maximum = 101ms, Moyenne = 50ms\n",
        ("utf-8", "utf-16", "cp850", "cp1252"),
    ),
    "Spanish": (
        "\nHaciendo ping a a.example [192.0.2.1] con 32 bytes de datos:\n"
        "Respuesta desde 192.0.2.1: bytes=32 tiempo=101ms TTL=124\nTiempo de espera agotado para esta solicitud.\n"
        "Respuesta desde 192.0.2.1: bytes=32 tiempo<1m TTL=124\n"
        "Respuesta desde 10.0.0.1: Host de destino inaccesible.\n"
        "\nEstadísticas de ping para 192.0.2.1:\n    Paquetes: enviados = 4, recibidos = 2, perdidos = 2\n"
        "    (50% perdidos),\n"
        "Tiempos aproximados de ida y vuelta en milisegundos:\n    Mínimo = 0ms, Máximo = 101ms, Media = 50ms\n",
        ("utf-8", "utf-16", "cp850", "cp1252"),
    ),
    "Japanese": (
        "\na.example [192.0.2.1]に ping を送信しています 32 バイトのデータ:\n"
        "192.0.2.1 からの応答: バイト数 =32 時間 =101ms TTL=124\n要求がタイムアウトしました。\n"
        "192.0.2.1 からの応答: バイト数 =32 時間 <1ms TTL=124\n10.0.0.1 からの応答: 宛先ホストに到達できません。\n"
        "\n192.0.2.1 の ping 統計:\n    パケット数: 送信 = 4、受信 = 2、損失 = 2 (50% の損失)、\n"
        "ラウンド トリップの概算時間 (ミリ秒):\n    最小 = 0ms、最大 = 101ms、平均 = 50ms\n",
        ("utf-8", "utf-16", "cp932"),
    ),
    "Russian": (
        "\nОбмен пакетами с a.example [192.0.2.1] с 32 байтами данных:\n"
        "Ответ от 192.0.2.1: число байт=32 время=101мс TTL=124\nПревышен интервал ожидания для запроса.\n"
        "Ответ от 192.0.2.1: число байт=32 время<1мс TTL=124\nОтвет от 10.0.0.1: Заданный узел недоступен.\n"
        "\nСтатистика Ping для 192.0.2.1:\n    Пакетов: отправлено = 4, получено = 2, потеряно = 2\n    (50% потерь)\n"
        "Приблизительное время приема-передачи в мс:\n    Минимальное = 0мсек, Максимальное = 101 мсек, "
        "Среднее = 50 мсек\n",
        ("utf-8", "utf-16", "cp866", "cp1251"),
    ),
    "Chinese": (
        "\n正在 Ping a.example [192.0.2.1] 具有 32 字节的数据:\n来自 192.0.2.1 的回复: 字节=32 时间=101ms TTL=124\n"
        "请求超时。\n"
        "来自 192.0.2.1 的回复: 字节=32 时间<1ms TTL=124\n来自 10.0.0.1 的回复: 无法访问目标主机。\n"
        "\n192.0.2.1 的 Ping 统计信息:\n    数据包: 已发送 = 4，已接收 = 2，丢失 = 2 (50% 丢失)，\n"
        "往返行程的估计时间(以毫秒为单位):\n    最短 = 0ms，最长 = 101ms，平均 = 50ms\n",
        ("utf-8", "utf-16", "gbk"),
    ),
}  # after the wording of Windows 7 to 11


@pytest.mark.parametrize(
    ("language", "page"), [(language, page) for language, (_, pages) in LANGUAGES.items() for page in pages]
)
def test_languages_and_code_pages(language: str, page: str, tmp_path: Path) -> None:
    log = read(tmp_path / "log", LANGUAGES[language][0], page)
    assert log.format == "Windows ping"
    assert {trace.series: trace.rtt_us.tolist() for trace in log.series} == {"a.example": [101_000, 0, 1_000, 0]}
    assert log.set_aside.shown == ()
    assert "replies within less than 1 ms, taken as 1 ms: 1" in log.notes


HEADER = "\nPinging {0} with 32 bytes of data:\n"
REPLY = "Reply from {0}: bytes=32 time={1}ms TTL=55\n"
A, B = "192.0.2.1", "198.51.100.7"


def test_runs_of_several_hosts_are_told_apart(tmp_path: Path) -> None:
    lost = "Request timed out.\n"
    text = (
        HEADER.format(A) + REPLY.format(A, 5) + lost + HEADER.format(B) + lost + REPLY.format(B, 9) + HEADER.format(A)
    )
    log = read(tmp_path / "log", text + REPLY.format(A, 6))
    assert {trace.series: trace.rtt_us.tolist() for trace in log.series} == {A: [5_000, 0, 6_000], B: [0, 9_000]}


def test_hosts_in_turn_are_told_apart_and_their_losses_refused(tmp_path: Path) -> None:
    text = HEADER.format(A) + HEADER.format(B) + (REPLY.format(A, 5) + REPLY.format(B, 9)) * 5
    assert {trace.series: len(trace) for trace in read(tmp_path / "log", text).series} == {A: 5, B: 5}
    with pytest.raises(BadInputError, match="replies of several hosts in turn, and 1 losses that name none of them"):
        read(tmp_path / "log", text + "Request timed out.\n" + REPLY.format(A, 5))


def test_times_before_the_lines_are_kept(tmp_path: Path) -> None:
    text = "".join(f"25.11.2026 19:17:{n:02d} - {REPLY.format(A, 10)}" for n in range(5))
    (trace,) = read(tmp_path / "log", "25.11.2026 19:17:00 - " + HEADER.format(A).strip() + "\n" + text).series
    assert trace.sent_us is not None
    assert (trace.sent_us[1:] - trace.sent_us[:-1]).tolist() == [1_000_000] * 4


def test_prompts_are_set_aside(tmp_path: Path) -> None:
    log = read(tmp_path / "log", "C:\\>ping -t 192.0.2.1\n" + HEADER.format(A) + REPLY.format(A, 5) * 3)
    assert log.set_aside.lines.tolist() == [1]
    assert len(log.series[0]) == 3


def test_more_than_a_16_bit_number_of_pings(tmp_path: Path) -> None:
    (trace,) = read(tmp_path / "log", HEADER.format(A) + REPLY.format(A, 5) * 66_000).series
    assert len(trace) == 66_000
    assert (trace.rtt_us == 5_000).all()
