package io.stoa.service.sip;

/** Attributes by which a participant of a call is known. */
final class Attributes {
    static final String CALL = "sip.callID";
    static final String TRUNK = "sip.trunkID";
    static final String RULE = "sip.ruleID";
    /** Of the far end: who calls, or is called. */
    static final String PHONE_NUMBER = "sip.phoneNumber";
    static final String HOST = "sip.hostname";
    static final String TRUNK_NUMBER = "sip.trunkPhoneNumber";

    private Attributes() {}
}
