"""Addresses of the house."""

from allauth.account.views import login, logout
from django.urls import include, path

from mingbai.web.api import api
from mingbai.web.forms import command_page
from mingbai.web.pages import (
    authority,
    dossiers,
    firms,
    gates,
    home,
    imports,
    inspections,
    jobs,
    papers,
    people,
    permits,
    phones,
    pictures,
    places,
    posts,
    public,
    resumption,
    rights,
    store,
)
from mingbai.web.sign_in import choose_hat
from mingbai.web.tables import query_page

urlpatterns = [
    path("", public.first, name="first"),
    path("places/", places.search, name="places"),
    path("places/<str:code>/", public.account, name="account"),
    path("places/<str:code>/ask/", public.ask, name="ask"),
    path("places/<str:code>/notice.pdf", papers.notice, name="notice"),
    path("places/<str:code>/ledger.pdf", papers.ledger, name="ledger"),
    path("slip/<str:token>/slip.pdf", papers.slip, name="slip_paper"),
    path("check/", public.check, name="check"),
    path("verify/", public.verify, name="verify"),
    path("slip/<str:token>/", public.slip, name="slip"),
    path("donor/<str:token>/", public.gift, name="gift"),
    path("home/", home.home, name="home"),
    path("everything/", home.everything, name="everything"),
    path("about-me/", home.about_me, name="about_me"),
    path("done/<uuid:entry>/", home.done, name="done"),
    path("done/<uuid:entry>/picture/", pictures.attach, name="attach"),
    path("picture/<str:place>/<uuid:act>/<str:name>/", pictures.picture, name="picture"),
    path("slip/<str:token>/mine/", rights.by_slip, name="rights_by_slip"),
    path("wishes/", rights.wishes, name="wishes"),
    path("posts/", posts.posts, name="posts"),
    path("firms/", firms.firms, name="firms"),
    path("firms/<str:place>/<uuid:organisation>/", firms.firm, name="firm"),
    path("dossiers/", dossiers.mine, name="dossiers"),
    path("dossiers/queue/", resumption.queue, name="firm_queue"),
    path("dossiers/drafts/", resumption.drafts, name="firm_drafts"),
    path("dossiers/resumption/", resumption.resumption, name="resumption"),
    path("dossiers/<str:place>/<uuid:organisation>/", dossiers.dossier, name="dossier"),
    path("dossiers/<str:place>/<uuid:organisation>/check/", dossiers.check, name="dossier_check"),
    path("dossiers/<str:place>/<uuid:organisation>/path/", dossiers.path, name="dossier_path"),
    path("dossiers/<str:place>/<uuid:organisation>/site/", resumption.site, name="firm_site"),
    path(
        "dossiers/<str:place>/<uuid:organisation>/<str:need>/", dossiers.part, name="dossier_part"
    ),
    path("gates/", gates.mine, name="my_gates"),
    path("gates/<str:place>/", gates.gates, name="gates"),
    path("gates/<str:place>/call/<uuid:arrival>/", gates.call, name="gate_call"),
    path("gates/<str:place>/<uuid:point>/", gates.gate, name="gate"),
    path("inspections/", inspections.mine, name="my_inspections"),
    path("inspections/own/", inspections.own_findings, name="own_findings"),
    path("inspections/<str:place>/", inspections.inspections, name="inspections"),
    path("inspections/<str:place>/book/", inspections.book, name="book_visit"),
    path(
        "inspections/<str:place>/visit/<uuid:number>/", inspections.visit, name="inspection_visit"
    ),
    path(
        "inspections/<str:place>/finding/<uuid:number>/",
        inspections.finding,
        name="inspection_finding",
    ),
    path(
        "inspections/<str:place>/finding/<uuid:number>/<str:name>/",
        inspections.picture,
        name="finding_picture",
    ),
    path("people/", people.people, name="people"),
    path("people/<str:place>/<uuid:person>/<str:field>/", people.reveal, name="reveal"),
    path("sign-ins/", people.sign_ins, name="sign_ins"),
    path("language/", home.language, name="language"),
    path("pass/", permits.check, name="check_pass"),
    path("pass/sample.pdf", permits.sample, name="sample_pass"),
    path("passes/", permits.permits, name="passes"),
    path("passes/<str:place>/<str:number>/", permits.batch, name="batch"),
    path("passes/<str:place>/<str:number>/sheets.pdf", permits.sheets, name="pass_sheets"),
    path("passes/<str:place>/card/<str:number>.pdf", permits.card, name="pass_card"),
    path("store/", store.store, name="store"),
    path("store/slips/", store.slips, name="slips"),
    path("store/<str:way>/", store.move, name="move"),
    path("jobs/<uuid:job>/", jobs.job, name="job"),
    path("phones/", phones.phones, name="phones"),
    path("ca/", authority.authority, name="authority"),
    path("ca/mingbai.crt", authority.download, name="authority_file"),
    path("field/", phones.field, name="field"),
    path("field/worker.js", phones.worker, name="field_worker"),
    path("field/app.webmanifest", phones.manifest, name="field_manifest"),
    path("import/<str:kind>/", imports.imports, name="imports"),
    path("do/<str:desk>/<str:name>/", command_page, name="command"),
    path("ask/<str:desk>/<str:name>/", query_page, name="query"),
    path("sign-in/", login, name="sign_in"),
    path("sign-out/", logout, name="sign_out"),
    path("hat/", choose_hat, name="hat"),
    path("account/", include("allauth.urls")),
    path("", include("mingbai.web.log")),
    path("api/", api.urls),
]

handler404 = "mingbai.web.errors.not_found"
handler500 = "mingbai.web.errors.our_fault"
