"""Builds a panel when it is first needed, so that the window appears before all are loaded."""

from lbm_studio.app.application import Application
from lbm_studio.app.views.window import PanelName
from lbm_studio.ui.panels.base import LivePanel, Panel
from lbm_studio.ui.theme import Theme

LIVE_PANELS = (PanelName.STATION, PanelName.TEACH, PanelName.RUN)
"""Panels beside the live cameras; the others have the whole page."""


def live_panel(name: PanelName, theme: Theme, application: Application) -> LivePanel:
    """Build one of the panels beside the live cameras."""
    # Imported here: see the docstring of this module.
    if name is PanelName.TEACH:
        from lbm_studio.ui.panels.teach import TeachPanelWidget

        return TeachPanelWidget(
            theme, application.teach, application.teach_goal, application.starts
        )
    if name is PanelName.RUN:
        from lbm_studio.ui.panels.run import RunPanelWidget

        return RunPanelWidget(theme, application.run, application.run_goal)
    from lbm_studio.ui.panels.station import StationPanelWidget

    return StationPanelWidget(theme, application.station)


def page_panel(name: PanelName, theme: Theme, application: Application) -> Panel:
    """Build one of the panels that take the whole page."""
    # Imported here: see the docstring of this module.
    if name is PanelName.TRAIN:
        from lbm_studio.ui.panels.train import TrainPanelWidget

        return TrainPanelWidget(theme, application.train)
    from lbm_studio.ui.panels.review import ReviewPanelWidget

    return ReviewPanelWidget(theme, application.review)
