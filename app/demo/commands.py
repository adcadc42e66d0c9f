"""`python3 manage.py demo`: set up, fill, serve, say where."""

from typing import Annotated

import typer

commands = typer.Typer()
flat = True


@commands.command()
def demo(
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw away what was entered and start over.")] = False,
    host: Annotated[str, typer.Option(help="A loopback address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Listen on this port; 0 takes a free one.")] = 8000,
    only_make: Annotated[bool, typer.Option("--only-make", help="Make the organisation and do not serve it.")] = False,
) -> None:
    """Make a demo organisation in var/demo/ and serve it on this machine alone."""
    from app.demo.making import demo_settings, greeting, make
    from app.serving import serve

    settings = demo_settings(host, port)
    make(settings, fresh=fresh)
    print(greeting(settings))
    if not only_make:
        serve(settings)
