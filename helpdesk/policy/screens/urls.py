"""The screens of the support policy: part of the namespace `desk`, below settings/policy/."""

from django.urls import URLPattern, path

from helpdesk.policy.screens import calendars, drafts, file, history, overview, priorities, slas, tiers

urlpatterns: list[URLPattern] = [
    path("", overview.overview, name="policy_settings"),
    path("progress", overview.progress, name="policy_progress"),
    path("history", history.history, name="policy_history"),
    path("compare", history.compare, name="policy_compare"),
    path("versions/<int:number>.yaml", history.export, name="policy_export"),
    path("versions/<int:number>/go-back", history.go_back, name="policy_go_back"),
    path("file", file.policy_file, name="policy_file"),
    path("drafts/<uuid:pk>/", drafts.draft, name="policy_draft"),
    path("drafts/<uuid:pk>/file", drafts.export, name="policy_draft_file"),
    path("drafts/<uuid:pk>/effect", drafts.effect, name="policy_draft_effect"),
    path("drafts/<uuid:pk>/tickets", drafts.tickets, name="policy_draft_tickets"),
    path("drafts/<uuid:pk>/discard", drafts.discard, name="policy_draft_discard"),
    path("calendars/", calendars.calendars, name="policy_calendars"),
    path("calendars/new", calendars.new, name="policy_calendar_new"),
    path("calendars/<slug:key>/", calendars.edit, name="policy_calendar"),
    path("calendars/<slug:key>/remove", calendars.remove, name="policy_calendar_remove"),
    path("sla/", slas.slas, name="policy_slas"),
    path("sla/new", slas.new, name="policy_sla_new"),
    path("sla/<slug:key>/", slas.edit, name="policy_sla"),
    path("sla/<slug:key>/move", slas.move, name="policy_sla_move"),
    path("sla/<slug:key>/remove", slas.remove, name="policy_sla_remove"),
    path("matrix", priorities.matrix, name="policy_matrix"),
    path("priorities/", priorities.priorities, name="policy_priorities"),
    path("priorities/new", priorities.new, name="policy_priority_new"),
    path("priorities/<slug:key>/", priorities.edit, name="policy_priority"),
    path("priorities/<slug:key>/move", priorities.move, name="policy_priority_move"),
    path("priorities/<slug:key>/remove", priorities.remove, name="policy_priority_remove"),
    path("tiers/", tiers.tiers, name="policy_tiers"),
    path("tiers/new", tiers.new_tier, name="policy_tier_new"),
    path("tiers/<slug:key>/", tiers.tier, name="policy_tier"),
    path("tiers/<slug:key>/move", tiers.move_tier, name="policy_tier_move"),
    path("rules/", tiers.rules, name="policy_rules"),
    path("rules/new", tiers.new_rule, name="policy_rule_new"),
    path("rules/<slug:key>/", tiers.rule, name="policy_rule"),
    path("rules/<slug:key>/move", tiers.move_rule, name="policy_rule_move"),
    path("rules/<slug:key>/remove", tiers.remove_rule, name="policy_rule_remove"),
]
