"""PostgreSQL, Redis, Elasticsearch, SeaweedFS and nginx as ordinary processes, for development and tests.

`python -m scripts.services start|stop|env` (`make services`, `make services-stop`). One module for each service, `sets`
starts and stops several of them in one folder, `processes` knows which process is ours.
"""
