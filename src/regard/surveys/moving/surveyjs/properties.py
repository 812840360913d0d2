"""Properties of SurveyJS's JSON, by what they are to us."""

from __future__ import annotations

from typing import Final

import msgspec

from regard.surveys.model import WORDS, Questionnaire

WORDS_OF_SURVEY: Final = {
    field.encode_name: field.name for field in msgspec.structs.fields(Questionnaire) if field.name in WORDS
}
"""Fields of a questionnaire for words of the pages, by their names in the JSON."""
LOOKS: Final = frozenset(
    """startWithNewLine width minWidth maxWidth titleLocation descriptionLocation hideNumber indent state colCount size
    renderAs errorLocation commentPlaceholder placeholder showClearButton rateColorMode displayMode
    separateSpecialChoices itemSize itemTitleWidth swapOrder autoGrow allowResize cols searchEnabled searchMode
    questionTitleLocation showNumber showQuestionNumbers innerIndent itemComponent navigationTitle
    navigationDescription scaleColorMode page gridLayoutColumns colSpan textUpdateMode alternateRows columnMinWidth
    rowTitleWidth verticalAlign showHeader useDisplayValuesInDynamicTexts useDisplayValuesInTitle effectiveColSpan
    otherPlaceholder otherPlaceHolder optionsCaption commentPlaceHolder allowClear showOptionsCaption autocomplete
    autoComplete textWrapEnabled inputSize inputTextAlignment inputFieldComponent
    displayRateDescriptionsAsExtremeItems rateDescriptionLocation selectAllText longTap selectToRankSwapAreas
    selectToRankAreasLayout cellComponent itemErrorLocation acceptCarriageReturn showPreview fileOrPhotoPlaceholder
    photoPlaceholder filePlaceholder waitForUpload storeDataAsText needConfirmRemoveFile confirmDelete
    questionTitleWidth allowAdaptiveActions hideSelectedItems closeOnSelect showLabels labelCount tooltipVisibility
    labelFormat tooltipFormat columnColCount columnLayout""".split()  # noqa: SIM905 - a list of words
)
"""Properties that say how something looks."""
SURVEY_LOOKS: Final = frozenset(
    """logo logoWidth logoHeight logoFit logoPosition progressBarType showQuestionNumbers widthMode width showTitle
    showPageTitles questionTitleLocation questionErrorLocation headerView theme fitToContainer requiredText
    requiredMark questionStartIndex showTOC tocLocation maxTextLength maxOthersLength showCompletedPage
    autoFocusFirstQuestion focusFirstQuestionAutomatic backgroundImage focusOnFirstError showNavigationButtons
    goNextPageAutomatic autoAdvanceEnabled textUpdateMode checkErrorsMode clearInvisibleValues showBrandInfo
    questionTitlePattern questionDescriptionLocation progressBarLocation allowCompleteSurveyAutomatic
    sendResultOnPageNext showPreviewBeforeComplete gridLayoutEnabled autoFocusFirstError navigationButtonsLocation
    showCompletePage matrixDragHandleArea showPageNumbers isSinglePage progressBarShowPageTitles
    progressBarShowPageNumbers progressBarInheritWidthFrom tocItemComponent loadingHtml maxCommentLength
    autoAdvanceAllowComplete validateVisitedEmptyFields autoGrowComment allowResizeComment commentAreaRows
    previewText editText questionTitleTemplate previewMode backgroundImageFit backgroundImageAttachment
    backgroundOpacity progressBarShowNavigationText progressBarNavigationTextLocation regionalFormat
    completedBeforeHtml surveyShowDataSaving partialSendEnabled sjsVersion storeOthersAsComment""".split()  # noqa: SIM905 - a list of words
)
"""Properties of a survey that say how it looks."""
SURVEY: Final = frozenset(WORDS_OF_SURVEY) | frozenset(
    """title description locale pages elements questions triggers calculatedValues quotas randomGroups
    completedText completedHtml completedHtmlOnCondition showProgressBar showPrevButton touchpoint
    firstPageIsStarted firstPageIsStartPage questionsOrder questionOrder questionsOnPageMode navigateToUrl
    navigateToUrlOnCondition navigateText""".split()  # noqa: SIM905 - a list of words
)
"""Properties of a survey that are read."""
PANEL: Final = LOOKS | frozenset(
    "type name title description elements questions visible visibleIf showQuestionNumbers".split()  # noqa: SIM905
)
"""Properties of a panel that are read."""
