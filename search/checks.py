"""Whether the cluster that the settings name can be used: tried at the start of a server or worker."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from lms.core.startup import TAG


@register(TAG, deploy=True)
def cluster(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Wrong addresses, passwords and versions are errors.

    A cluster that is away is one only if it never answered at these addresses: a site must start while it is.
    """
    if settings.SEARCH_BACKEND != "elasticsearch":
        return []
    from search.engines.cluster import Address
    from search.engines.trial import try_nodes

    address = Address(settings.ELASTICSEARCH_URL, settings.ELASTICSEARCH_CA_CERTS, settings.ELASTICSEARCH_TIMEOUT_S)
    trials = try_nodes(address)
    answered = Path(settings.SEARCH_INDEX_PATH).with_name("elasticsearch.answered")
    known = answered.is_file() and answered.read_text() == " ".join(address.nodes)
    if any(trial.verdict == "fine" for trial in trials) and not known:
        answered.parent.mkdir(parents=True, exist_ok=True)
        answered.write_text(" ".join(address.nodes))
        known = True
    messages: list[CheckMessage] = []
    for trial in trials:
        sentence = f"ELASTICSEARCH_URL: tried {trial.node}: {trial.reason}."
        if trial.verdict == "wrong" or (trial.verdict == "away" and not known):
            messages.append(Error(sentence, id="search.E001"))
        elif trial.verdict == "away":
            messages.append(Warning(f"{sentence} It answered before; the site starts without it.", id="search.W001"))
    return messages
