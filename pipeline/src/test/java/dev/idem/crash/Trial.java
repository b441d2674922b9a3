package dev.idem.crash;

/**
 * One blow at one point.
 *
 * @param passing the how-manieth passing of the point is struck, from 1
 */
record Trial(Scenario scenario, String point, Blow blow, int passing) {}
