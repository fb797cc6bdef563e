"""Make and show signing keys: each person has an ECDSA P-384 and an ML-DSA-87 key, named by one signer file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.cli.lines import labelled
from auditor.cli.options import add_passphrase_option, asker

if TYPE_CHECKING:
    from auditor.attestation.keys import PublicKey

EXAMPLES = """\
examples:
  auditor key generate new --principal urn:example:ada --name "Ada Assessor" \\
      --organisation "Assurance Ltd" --passphrase-env PASSPHRASE
  auditor key show samples/keys/assessor.signer.json
  auditor key card samples/keys/assessor.signer.json
  auditor key check samples/keys/assessor.signer.json

generate writes NAME.signer.json, which is public, and beside it the private
keys NAME.p384.pem and NAME.mldsa87.pem, encrypted and readable by their owner
alone. It asks for a passphrase, or reads it from the variable that
--passphrase-env names. --sample writes unencrypted keys marked as samples:
never sign with them in earnest.

--p384 names a P-384 key that exists already: on a token, for example
"pkcs11:token=Assurance;object=ada?pin-source=env:PIN" (PKCS11_MODULE names
the token's module), or with --p384-public in a key service: gcpkms: awskms:
azurekms: hv:. The ML-DSA-87 key stays in a file beside it. Tokens are tested
with SoftHSM 2, the key services with local stand-ins only. See docs/keys.md.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="verb", required=True, metavar="generate|show|card|check")
    generate = commands.add_parser("generate", help="make a person's two keys and their signer file")
    generate.add_argument("name", type=Path, metavar="NAME", help="files are called NAME.signer.json and so on")
    generate.add_argument("--principal", required=True, metavar="URN", help="who signs, such as urn:example:ada")
    generate.add_argument("--name", dest="person", required=True, metavar="TEXT", help="the person's name")
    generate.add_argument("--organisation", required=True, metavar="TEXT", help="the name of their organisation")
    generate.add_argument("--sample", action="store_true", help="unencrypted and marked as sample keys")
    generate.add_argument("--p384", metavar="URI", help="the P-384 key is on a token or in a key service")
    generate.add_argument("--p384-public", type=Path, metavar="PEM", help="its public half, where it cannot be asked")
    add_passphrase_option(generate)
    generate.set_defaults(run=_generate)
    show = commands.add_parser("show", help="show key ids, to compare over another channel")
    show.add_argument("file", type=Path, help="a signer file, a private or a public key")
    add_passphrase_option(show)
    show.set_defaults(run=_show)
    card = commands.add_parser("card", help="a card to print, for comparing both key ids")
    card.add_argument("file", type=Path, help="a signer file")
    card.set_defaults(run=_card)
    check = commands.add_parser("check", help="open both private keys and let each sign a test sentence")
    check.add_argument("file", type=Path, help="a signer file")
    add_passphrase_option(check)
    check.set_defaults(run=_check)


def _generate(arguments: argparse.Namespace) -> int:
    from auditor.jobs.keys import Person, generate_signer

    done = generate_signer(
        arguments.name,
        Person(arguments.principal, arguments.person, arguments.organisation),
        passphrase=None if arguments.sample else _new_passphrase(arguments.passphrase_env),
        elsewhere=arguments.p384,
        elsewhere_public=arguments.p384_public,
        ask=asker(None),
    )
    for path in done.private_files:
        print(f"private key: {path}")
    print(f"signer file: {done.file}")
    for key in done.signer.keys:
        print(f"key id ({key.public.algorithm}):\n  {key.public.keyid}")
    return 0


def _new_passphrase(environment_name: str | None) -> bytes:
    from auditor.errors import SigningError

    ask = asker(environment_name)
    secret = ask("new passphrase")
    if not secret:
        raise SigningError(
            "no passphrase was given", hint="run it at a terminal, or name a variable with --passphrase-env"
        )
    if not environment_name and ask("the same again") != secret:
        raise SigningError("the two passphrases differ", hint="run it again")
    return secret


def _show(arguments: argparse.Namespace) -> int:
    from auditor.custody.signer_file import read_signer
    from auditor.jobs.keys import SUFFIX, has_sample_keys, look_at_key

    if arguments.file.name.endswith(SUFFIX):
        signer = read_signer(arguments.file)
        print(f"{signer.name}, {signer.organisation}\nprincipal:  {signer.principal}")
        for key in signer.keys:
            print()
            _print_key(key.public)
            print(labelled("kept in:    ", key.uri))
        sample = has_sample_keys(signer, arguments.file.parent)
    else:
        public, sample = look_at_key(arguments.file, asker(arguments.passphrase_env))
        _print_key(public)
    if sample:
        print("this is a SAMPLE key: everybody has it")
    return 0


def _print_key(key: PublicKey) -> None:
    from auditor.custody.card import groups_of_four

    print(f"algorithm:  {key.algorithm}\nkey id:\n  {key.keyid}")
    groups = groups_of_four(key).split()
    print(f"read aloud: {' '.join(groups[:8])}\n            {' '.join(groups[8:])}")


def _card(arguments: argparse.Namespace) -> int:
    from auditor.custody.card import key_card
    from auditor.custody.signer_file import read_signer
    from auditor.jobs.keys import has_sample_keys

    signer = read_signer(arguments.file)
    print(key_card(signer, sample=has_sample_keys(signer, arguments.file.parent)), end="")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from auditor.jobs.keys import prove_signer

    signer = prove_signer(arguments.file, asker(arguments.passphrase_env))
    for key in signer.keys:
        print(labelled("signs: ", f"{key.public.algorithm} {key.public.keyid} in {key.uri}"))
    return 0
