"""管理: accounts, keys, handovers, capacities, the playbook's settings, and who saw or changed what."""

from fastapi import APIRouter

from serve.web.manage.accounts_page import accounts_pages
from serve.web.manage.audit_page import audit_pages
from serve.web.manage.capacity_page import capacity_pages
from serve.web.manage.first_page import first_pages
from serve.web.manage.handover_page import handover_pages
from serve.web.manage.keys_page import keys_pages
from serve.web.manage.playbook_page import playbook_pages
from serve.web.manage.street_page import street_pages

manage_pages = APIRouter()
for _part in (
    first_pages,
    accounts_pages,
    keys_pages,
    handover_pages,
    capacity_pages,
    playbook_pages,
    street_pages,
    audit_pages,
):
    manage_pages.include_router(_part)
