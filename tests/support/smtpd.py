#!/usr/bin/python3
"""A real SMTP server (aiosmtpd) that keeps what it takes in a Maildir, for tests and `make demo`.

    smtpd.py --maildir DIR [--port 0] [--port-file F] [--cert PEM --key PEM [--smtps]] [--auth USER:PASSWORD] [--mode MODE]
             [--pause MS] [--faults FILE] [--utf8]

It listens on 127.0.0.1 alone. With --port 0 the system picks a port; F holds it once the server listens. With a certificate it
offers STARTTLS, or with --smtps speaks TLS from the start; with --auth it takes mail only after a login (over TLS where it has it).
It ends at SIGTERM or SIGINT. With --pause each mail takes so many milliseconds, half of them before it is kept, half before the 250.

Most faults are asked for by the recipient's local part, so that one run can meet all of them:

    defer…@   451 to RCPT            reject…@  550 to RCPT, naming the address
    busy…@    452 after the dot      spam…@    554 after the dot
    drop…@    the mail is kept, then the connection is cut where the 250 belongs
    hang…@    the mail is kept, and no answer ever comes
    dropone…@, hangone…@   the same, but only the first time for each address
    cut…@     the connection is cut when DATA is asked for
    bye…@     421 to RCPT

--mode concerns the whole session: silent (never greets), refuse (554 for a greeting), deny (550 to MAIL), slow (421 to MAIL).

With --faults the file is looked at before each step; while it holds `STAGE COUNT REPLY`, that step (connect, ehlo, mail, rcpt, data, or dot, behind
the message) is answered with REPLY: a reply like "451 4.7.1 Later", "drop" to cut the connection, or "silent"; COUNT times, 0 for always. The step
"rcpt=ADDRESS" is that of one recipient, and takes replies alone. A mail whose dot is dropped or met with silence is kept, one that is refused is not.
--utf8 offers SMTPUTF8.

Each kept mail is one file in DIR/new, named by its number (000001…), with X-Envelope-From, X-Envelope-To and X-Session (the number of the
connection it came over, so that a test sees reuse) in front; everything else is as it came over the wire.
"""

import argparse
import asyncio
import logging
import os
import signal
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Faults:
    """What a test asks for in a file."""

    def __init__(self, path):
        self.path = path

    def take(self, stage):
        """The reply to give at this stage, None for the usual one."""
        try:
            with open(self.path, encoding="ascii") as file:
                wanted, count, reply = file.read().strip().split(" ", 2)
        except (OSError, TypeError, ValueError):
            return None
        if wanted != stage:
            return None
        if count == "1":
            os.unlink(self.path)
        elif count != "0":
            with open(self.path, "w", encoding="ascii") as file:
                file.write(f"{stage} {int(count) - 1} {reply}")
        return reply


class Store:
    """The Maildir. A mail is complete when it appears: written under tmp, then renamed."""

    def __init__(self, folder):
        self.folder = folder
        for part in ("tmp", "new", "cur"):
            os.makedirs(os.path.join(folder, part), exist_ok=True)
        known = [int(n.split(".")[0]) for n in os.listdir(os.path.join(folder, "new")) if n.split(".")[0].isdigit()]
        self.count = max(known, default=0)

    def add(self, envelope, session_number):
        self.count += 1
        name = f"{self.count:06d}"
        head = f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\nX-Session: {session_number}\r\n"
        path = os.path.join(self.folder, "tmp", name)
        with open(path, "wb") as file:
            file.write(head.encode() + envelope.original_content)
        os.rename(path, os.path.join(self.folder, "new", name))
        return name


class Handler:
    def __init__(self, store, mode, pause, faults):
        self.faults = faults
        self.store = store
        self.mode = mode
        self.pause = pause

    seen = set()

    def fault(self, recipient, name):
        """Is this fault due: always, or for `…one` the first time?"""
        if not recipient.startswith(name):
            return False
        first = recipient not in self.seen
        self.seen.add(recipient)
        return first or not recipient.startswith(name + "one")

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.mode == "deny":
            return "550 5.7.1 Sender not allowed"
        if self.mode == "slow":
            return "421 4.7.0 Too many mails, come back later"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("defer"):
            return f"451 4.2.1 <{address}>: try again later"
        if address.startswith("reject"):
            return f"550 5.1.1 <{address}>: no such user"
        if address.startswith("bye"):
            await server.push("421 4.3.2 Shutting down")
            server.transport.close()
            return "421 4.3.2 Shutting down"
        reply = self.faults.take(f"rcpt={address}")
        if reply is not None:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient ok"

    async def handle_DATA(self, server, session, envelope):
        recipient = envelope.rcpt_tos[0]
        if recipient.startswith("busy"):
            return "452 4.3.1 Insufficient system storage"
        if recipient.startswith("spam"):
            return "554 5.7.1 Message refused as spam"
        reply = self.faults.take("dot")
        if reply is not None and reply[0].isdigit():
            return reply
        if self.pause:
            await asyncio.sleep(self.pause / 2000)
        name = self.store.add(envelope, server.session_number)
        if self.pause:
            await asyncio.sleep(self.pause / 2000)
        if reply == "drop" or self.fault(recipient, "drop"):
            server.transport.abort()
            return "250 never seen"
        if reply == "silent" or self.fault(recipient, "hang"):
            await asyncio.sleep(3600)
        return f"250 2.0.0 Ok: queued as {name}"


class Server(SMTP):
    sessions = 0
    greeted = False

    def connection_made(self, transport):
        # STARTTLS makes the same connection again: count it once.
        if not hasattr(self, "session_number"):
            Server.sessions += 1
            self.session_number = Server.sessions
        super().connection_made(transport)

    async def struck(self, stage):
        """Is a fault asked for here? It is done then."""
        reply = self.event_handler.faults.take(stage)
        if reply is None:
            return False
        if reply == "drop":
            self.transport.abort()
        elif reply == "silent":
            await asyncio.sleep(3600)
        else:
            await self.push(reply)
            if stage == "connect" or reply.startswith("421"):
                self.transport.close()
        return True

    async def _handle_client(self):
        # The second time it is the same connection under TLS.
        if self.greeted or not await self.struck("connect"):
            self.greeted = True
            await super()._handle_client()

    async def smtp_EHLO(self, hostname):
        if not await self.struck("ehlo"):
            await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname):
        if not await self.struck("ehlo"):
            await super().smtp_HELO(hostname)

    async def smtp_MAIL(self, arg):
        if not await self.struck("mail"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg):
        if not await self.struck("rcpt"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg):
        if await self.struck("data"):
            return
        if self.envelope.rcpt_tos and self.envelope.rcpt_tos[0].startswith("cut"):
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class Silent(asyncio.Protocol):
    pass


class Refusing(asyncio.Protocol):
    def connection_made(self, transport):
        transport.write(b"554 5.3.2 No mail service here\r\n")
        transport.close()


async def serve(options):
    store = Store(options.maildir)
    context = None
    if options.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.cert, options.key)

    def authenticate(server, session, envelope, mechanism, data):
        wanted = options.auth.split(":", 1)
        good = isinstance(data, LoginPassword) and [data.login.decode(), data.password.decode()] == wanted
        return AuthResult(success=good, handled=False)

    def factory():
        if options.mode == "silent":
            return Silent()
        if options.mode == "refuse":
            return Refusing()
        arguments = {"hostname": "smtpd.test", "ident": "test", "enable_SMTPUTF8": options.utf8, "data_size_limit": options.size}
        if options.auth:
            arguments.update(authenticator=authenticate, auth_required=True, auth_require_tls=bool(context) and not options.smtps)
        if context and not options.smtps:
            arguments.update(tls_context=context)
        return Server(Handler(store, options.mode, options.pause, Faults(options.faults)), **arguments)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(factory, "127.0.0.1", options.port, ssl=context if options.smtps else None)
    port = server.sockets[0].getsockname()[1]
    if options.port_file:
        with open(options.port_file + ".tmp", "w", encoding="ascii") as file:
            file.write(f"{port}\n")
        os.rename(options.port_file + ".tmp", options.port_file)
    else:
        print(port, flush=True)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
    server.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--maildir", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--port-file")
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--smtps", action="store_true")
    parser.add_argument("--auth")
    parser.add_argument("--size", type=int, default=32 << 20)
    parser.add_argument("--faults")
    parser.add_argument("--utf8", action="store_true")
    parser.add_argument("--pause", type=int, default=0)
    parser.add_argument("--mode", choices=("normal", "silent", "refuse", "deny", "slow"), default="normal")
    # Its advice on deprecations and on logins without TLS is not about what is tested here, nor are clients that do not trust our certificate.
    warnings.simplefilter("ignore")
    logging.disable(logging.ERROR)
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
