"""Stories are brought to partners: by SFTP to a real server on loopback, by HTTP PUT, retracted, late, refused."""

import asyncio
import json
import threading
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import asyncssh
import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from broadsheet.syndication.delivering import deliver_due
from broadsheet.syndication.following import hand_on
from broadsheet.syndication.models import Delivery, Partner
from broadsheet.syndication.trade import partners, sftp


class SftpServer:
    """asyncssh's own server in a thread, for one user's key, with one folder."""

    def __init__(self, root, user_key):
        self.key = asyncssh.generate_private_key("ssh-ed25519")
        self.root, self.user_key = root, user_key
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        authorized = asyncssh.import_authorized_keys(self.user_key)
        root = str(self.root).encode()

        async def listen():
            return await asyncssh.listen(
                "127.0.0.1",
                0,
                server_host_keys=[self.key],
                authorized_client_keys=authorized,
                sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=root),
            )

        self.server = asyncio.run_coroutine_threadsafe(listen(), self.loop).result(10)
        self.port = self.server.sockets[0].getsockname()[1]
        self.host_key = self.key.export_public_key().decode().strip()
        return self

    def __exit__(self, *_):
        async def close():
            self.server.close()
            await self.server.wait_closed()
            await asyncio.sleep(0.05)

        asyncio.run_coroutine_threadsafe(close(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()


@pytest.fixture
def server(db, tmp_path):
    (tmp_path / "in/news").mkdir(parents=True)
    with SftpServer(tmp_path / "in", sftp.public_key()) as found:
        yield found


@pytest.fixture
def known(settings):
    settings.PAPER = replace(settings.PAPER, partner_hosts=("127.0.0.1",))


def make(server=None, **facts):
    given = (
        {
            "push_url": f"sftp://gazette@127.0.0.1:{server.port}/news",
            "host_key": f"127.0.0.1 {server.host_key}",
        }
        if server
        else {}
    )
    partner = Partner(name="Evening Post", **{**given, **facts})
    partners.give(partner)
    partner.full_clean(exclude=["digest"])
    partner.save()
    hand_on()
    return partner


def brought(server):
    """What lies in the folder, by name."""
    return {path.name: path.read_bytes() for path in sorted((server.root / "news").iterdir())}


@pytest.mark.django_db(transaction=True)
def test_each_version_is_a_file_and_a_withdrawal_one_more(server, known, paper):
    make(server)
    story = paper.story("Bridge opens", slug="bridge")
    hand_on()
    deliver_due(seconds=5)
    story.title = "Bridge opens early"
    story.save_revision().publish()
    hand_on()
    deliver_due(seconds=5)
    story.unpublish()
    hand_on()
    deliver_due(seconds=5)

    files = brought(server)
    assert len(files) == 3
    items = [json.loads(data) for data in files.values()]
    assert [item.get("title") for item in items] == ["Bridge opens", "Bridge opens early", None]
    assert [item["pubStatus"] for item in items] == ["usable", "usable", "canceled"]
    versions = [int(item["version"]) for item in items]
    assert versions == sorted(set(versions))
    assert not list(server.root.rglob("*.part"))


@pytest.mark.django_db(transaction=True)
def test_another_host_key_is_refused_for_good(server, known, paper):
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    make(server, host_key=other)
    paper.story("Bridge opens")
    hand_on()
    deliver_due(seconds=5)
    row = Delivery.objects.get(channel="partners")
    assert row.state == Delivery.State.FAILED
    assert "another host key" in row.error
    assert brought(server) == {}


@pytest.mark.django_db(transaction=True)
def test_a_private_address_is_refused_unless_the_operator_names_it(server, paper):
    make(server)
    paper.story("Bridge opens")
    hand_on()
    deliver_due(seconds=5)
    row = Delivery.objects.get(channel="partners")
    assert row.state == Delivery.State.FAILED
    assert "not a public address" in row.error
    assert brought(server) == {}


@pytest.mark.django_db(transaction=True)
def test_a_folder_that_is_not_there_is_tried_again(server, known, paper):
    make(server, push_url=f"sftp://gazette@127.0.0.1:{server.port}/nowhere")
    paper.story("Bridge opens")
    hand_on()
    deliver_due(seconds=5)
    row = Delivery.objects.get(channel="partners")
    assert (row.state, row.tries) == (Delivery.State.WAITING, 1)
    (server.root / "nowhere").mkdir()
    Delivery.objects.update(due_at=timezone.now())
    deliver_due(seconds=5)
    assert len(list((server.root / "nowhere").iterdir())) == 1


@pytest.mark.django_db(transaction=True)
def test_by_http_it_is_put_with_the_partners_token(known, paper):
    got = []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.path, self.headers["Authorization"], self.headers["Content-Type"], body))
            self.send_response(201)
            self.end_headers()

        def log_message(self, *_):
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    try:
        make(push_url=f"http://127.0.0.1:{http.server_port}/in", push_token="s3cret", push_format="newsml")
        story = paper.story("Bridge opens")
        hand_on()
        deliver_due(seconds=5)
    finally:
        http.shutdown()
        http.server_close()
    [(path, token, media_type, body)] = got
    assert path == f"/in/story-{story.pk}-v000001.newsml.xml"
    assert (token, media_type) == ("Bearer s3cret", "application/vnd.iptc.g2.newsmessage+xml")
    assert b"Bridge opens" in body


def test_what_is_held_back_is_owed_for_later(paper):
    make(push_url="https://post.example/in/", embargo=60)
    story = paper.story("Bridge opens", hours_ago=0.5)
    hand_on()
    row = Delivery.objects.get(channel="partners")
    assert abs(row.due_at - (story.published_at + timedelta(hours=1))) < timedelta(seconds=2)


def test_what_it_never_had_is_not_taken_back(paper):
    make(push_url="https://post.example/in/", languages="az")
    story = paper.story("Bridge opens")
    story.unpublish()
    hand_on()
    assert not Delivery.objects.filter(channel="partners").exists()


def test_a_partner_that_ended_gets_nothing_of_what_is_owed(paper):
    partner = make(push_url="https://post.example/in/")
    paper.story("Bridge opens")
    hand_on()
    Partner.objects.filter(pk=partner.pk).update(is_active=False)
    deliver_due(seconds=2)
    assert Delivery.objects.get(channel="partners").state == Delivery.State.DONE


@pytest.mark.parametrize(
    "wrong",
    [
        {"push_url": "ftp://post.example/in/"},
        {"push_url": "sftp://post.example/in/", "host_key": "ssh-ed25519 AAAA"},
        {"push_url": "sftp://us@post.example/in/"},
        {"push_url": "https://us:secret@post.example/in/"},
        {"push_url": "https://post.example:x/"},
        {"push_url": "http://post.example/in/"},
        {"push_url": "/srv/in"},
    ],
)
def test_an_address_that_is_none_is_said_to_be_one(wrong, db):
    with pytest.raises(ValidationError):
        Partner(name="Post", **wrong).full_clean(exclude=["digest"])
