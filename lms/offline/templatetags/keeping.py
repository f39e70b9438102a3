"""Where pages find what keeps lessons."""

from django import template

from lms.offline.views import keeping_address

register = template.Library()
register.simple_tag(keeping_address, name="keeping_script")
