"""Partners to try a desk with: an agent, a citizen or a crowd that come over the wire like anybody else."""

from wasl_signaling.tryout.commands import try_app

__all__ = ["try_app"]
