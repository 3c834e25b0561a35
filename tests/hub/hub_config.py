"""docs/hub/jupyterhub_config.py as it is, and what a test changes: ports, who may log in, tokens.

Accounts of a test have no password, which PAM would ask: they share one.
"""

import os

c = get_config()  # noqa: F821 (traitlets provides it)
load_subconfig(os.environ["HUB_CONFIG"])  # noqa: F821
public, inner, routes = os.environ["HUB_PORTS"].split()
c.JupyterHub.bind_url = f"http://127.0.0.1:{public}"
c.JupyterHub.hub_port = int(inner)
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{routes}"
c.ConfigurableHTTPProxy.command = os.environ["HUB_PROXY"].split()
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = os.environ["HUB_SECRET"]
c.JupyterHub.services = [{"name": "test", "api_token": os.environ["HUB_SECRET"]}]
c.JupyterHub.load_roles = [
    {"name": "test", "scopes": ["admin:users", "admin:servers", "tokens"], "services": ["test"]}
]
