"""Make and show signing keys: ECDSA P-384, PKCS#8, encrypted."""

from __future__ import annotations

import argparse
from pathlib import Path

from auditor.cli.options import passphrase

EXAMPLES = """\
examples:
  auditor key generate new.pem --passphrase-env PASSPHRASE
  auditor key show assessor.pem
  auditor key generate sample.pem --sample

generate asks for a passphrase, or reads it from the variable that
--passphrase-env names, and writes the key and beside it its public half (.pub).
--sample writes an unencrypted key marked as a sample: never sign with it in
earnest.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="verb", required=True, metavar="generate|show")
    generate = commands.add_parser("generate", help="make a new key")
    generate.add_argument("file", type=Path, help="where to write the private key; its .pub goes beside it")
    generate.add_argument("--sample", action="store_true", help="unencrypted and marked as a sample key")
    generate.add_argument("--passphrase-env", metavar="NAME", help="environment variable that holds the passphrase")
    generate.set_defaults(run=_generate)
    show = commands.add_parser("show", help="show a key's id, to compare over another channel")
    show.add_argument("file", type=Path, help="a private or public key")
    show.add_argument("--passphrase-env", metavar="NAME", help="environment variable that holds the passphrase")
    show.set_defaults(run=_show)


def _generate(arguments: argparse.Namespace) -> int:
    from auditor.attestation.keys import encode_public_key
    from auditor.attestation.private import encode_private_key, encode_sample_key, generate_private_key, public_key_of
    from auditor.errors import SigningError
    from auditor.jobs.files import write_file

    if arguments.file.exists():
        raise SigningError("a file of this name exists already", place=str(arguments.file), hint="choose another name")
    key = generate_private_key()
    if arguments.sample:
        pem = encode_sample_key(key)
    else:
        secret = passphrase(arguments.passphrase_env)
        if not secret:
            raise SigningError(
                "no passphrase was given", hint="run it at a terminal, or name a variable with --passphrase-env"
            )
        pem = encode_private_key(key, secret)
    public = public_key_of(key)
    write_file(arguments.file, pem, private=True)
    write_file(arguments.file.with_name(f"{arguments.file.name}.pub"), encode_public_key(public))
    print(f"private key: {arguments.file}\npublic key:  {arguments.file}.pub\nkey id:      {public.keyid}")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from auditor.attestation.keys import load_public_key
    from auditor.attestation.private import is_sample_key, load_private_key, public_key_of
    from auditor.jobs.files import read_file

    data = read_file(arguments.file, limit=65536)
    if b"PRIVATE KEY" in data:
        secret = passphrase(arguments.passphrase_env) if b"ENCRYPTED" in data else None
        public = public_key_of(load_private_key(data, secret))
    else:
        public = load_public_key(data, place=str(arguments.file))
    digest = public.keyid.removeprefix("sha256:")
    print(f"key id: {public.keyid}")
    print("read aloud: " + " ".join(digest[i : i + 4] for i in range(0, 64, 4)))
    if is_sample_key(data):
        print("this is a SAMPLE key: everybody has it")
    return 0
