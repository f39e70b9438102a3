"""The only place that knows ffmpeg, PyAV and where files are kept."""
