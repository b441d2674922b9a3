package dev.idem.demo;

/** The acts of the demo, in their order. */
enum Act {
    START("servers"),
    SNAPSHOT("snapshot"),
    SELL("changes"),
    CUT_OFF("cut-off"),
    REPLAY("replay"),
    SELL_ON("changes"),
    COMPARE("comparison"),
    KEEP_RUNNING("keeps running");

    private final String title;

    Act(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }
}
