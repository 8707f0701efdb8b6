"""Everything of the account, under one prefix that no cache looks at. Ours come first: some replace allauth's pages."""

from django.apps import apps
from django.urls import include, path

from .views import confirm, devices, home, passes, privacy, stories

urlpatterns = [
    path("-/enter/<str:code>/<str:token>/", passes.entry, name="entry"),
    path("account/me", passes.me, name="account_me"),
    path("account/renew", passes.renew, name="account_renew"),
    path("account/read", stories.read, name="account_read"),
    path("account/", home.home, name="account_home"),
    path("account/profile/", home.profile, name="account_profile"),
    path("account/enrol/", home.enrol, name="account_enrol"),
    path("account/newsletters/", home.choose_newsletters, name="account_newsletters"),
    path("account/newsletters/off/<str:token>/", home.unsubscribe, name="account_unsubscribe"),
    path("account/sessions/", devices.sessions, name="account_sessions"),
    path("account/sessions/<int:number>/end/", devices.end, name="account_session_end"),
    path("account/sessions/end-all/", devices.end_all, name="account_sessions_end"),
    path("account/save", stories.save, name="account_save"),
    path("account/saved/", stories.saved, name="account_saved"),
    path("account/saved/add/", stories.save_confirmed, name="account_save_confirmed"),
    path("account/saved/remove/", stories.unsave, name="account_unsave"),
    path("account/history/", stories.history, name="account_history"),
    path("account/history/change/", stories.change_history, name="account_history_change"),
    path("account/export/", privacy.export, name="account_export"),
    path("account/delete/", privacy.delete, name="account_delete"),
    path("account/keep/", privacy.keep, name="account_keep"),
    path("account/reauthenticate/code/", confirm.confirm, name="account_confirm_person"),
    *(
        [path("account/", include("broadsheet.readers.social.pages"))]
        if apps.is_installed("broadsheet.readers.social")
        else []
    ),
    path("account/", include("allauth.urls")),
]
