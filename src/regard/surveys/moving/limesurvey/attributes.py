"""LimeSurvey's attributes of questions: which are read, which only say how something looks, what the others cost."""

from __future__ import annotations

from typing import Final

from regard.base.words import said
from regard.surveys.moving.limesurvey.survey import Asked
from regard.surveys.moving.losses import Losses
from regard.surveys.moving.wording import plain

NO_PLACE: Final = said("this property has no place here")
READ: Final = frozenset(
    """allowed_filetypes alphasort answer_order array_filter array_filter_exclude date_format date_max date_min
    dualscale_headerA dualscale_headerB em_validation_q em_validation_q_tip equals_num_value equation
    exclude_all_others exclude_all_others_auto hidden max_answers max_filesize max_num_of_files max_num_value
    max_num_value_n maximum_chars min_answers min_num_value min_num_value_n multiflexible_checkbox multiflexible_max
    multiflexible_min num_value_int_only numbers_only other_replace_text random_group random_order script
    slider_max slider_min slider_rating cssclass""".split()  # noqa: SIM905 - a list of words
)
LOOKS: Final = frozenset(
    """answer_width answer_width_bycolumn answer_order_random assessment_value category_separator
    choice_input_columns choice_title crypted display_columns display_columns_other display_rows display_type
    dropdown_dates dropdown_dates_minute_step dropdown_dates_month_style dropdown_dates_year_max
    dropdown_dates_year_min dropdown_prefix dropdown_prepostfix dropdown_separators dropdown_size em_validation_sq_tip
    encrypted form_title_css hide_tip input_boxes input_size keep_aspect label_input_columns location_city
    location_country location_defaultcoordinates location_mapheight location_mapwidth location_mapzoom
    location_nodefaultfromip location_postal location_state min_num_of_files multiflexible_step other_comment_mandatory
    other_numbers_only other_position other_position_code page_break parent_order placeholder prefix_position
    printable_help public_statistics question_template question_theme_name repeat_headings rank_title
    reverse rows samechoiceheight samelistheight save_as_default scale_export show_comment show_title
    showpopups slider_accuracy slider_custom_handle slider_default slider_default_set slider_handle slider_middlestart
    slider_orientation slider_reset slider_reversed slider_separator slider_showminmax statistics_graphtype
    statistics_showgraph statistics_showmap text_input_columns text_input_width time_limit_action
    time_limit_countdown_message time_limit_disable_next time_limit_disable_prev time_limit_message
    time_limit_message_delay time_limit_message_style time_limit_timer_style time_limit_warning
    time_limit_warning_2 time_limit_warning_2_display_time time_limit_warning_2_message time_limit_warning_2_style
    time_limit_warning_display_time time_limit_warning_message time_limit_warning_style use_dropdown
    value_range_allows_missing visibility theme_template""".split()  # noqa: SIM905 - a list of words
)
"""They say how something looks or is counted in statistics, or go with another attribute that is listed."""
COSTS: Final = {
    "time_limit": said("time is not limited"),
    "prefix": said("nothing stands before the field"),
    "suffix": said("nothing stands behind the field"),
    "slider_layout": said("the number is typed"),
    "location_mapservice": said("no map is shown"),
    "em_validation_sq": said("single rows are not checked by expressions"),
    "commented_checkbox": said("a text can be written beside every choice"),
    "array_filter_style": said("filtered rows are hidden, not shown as disabled"),
}
_OFF: Final = ("", "0", "N")


def list_unread(asked: Asked, losses: Losses) -> None:
    """List every attribute that says something and has no place here."""
    for name in asked.attributes:
        if asked.attribute(name) in _OFF or name in READ:
            continue
        if name in COSTS:
            losses.lost(asked.code, name, COSTS[name])
        elif name not in LOOKS:
            losses.lost(asked.code, name, NO_PLACE)
    if any(plain(text) for text in asked.attributes.get("script", {}).values()):
        losses.lost(asked.code, said("script"), said("scripts are not run here"))
    if asked.row.get("other") == "Y" and asked.attribute("other_comment_mandatory") in _OFF:
        losses.cosmetic(asked.code, said("text of 'other'"), said("who chooses it must write something"))
