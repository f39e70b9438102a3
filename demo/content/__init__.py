"""The courses of the demonstration."""

from demo.content.potatoes import POTATOES
from demo.content.shop import SHOP

COURSES = (SHOP, POTATOES)
