/** What to do after a break-in, in Markdown, a line a paragraph: for `sallyport explain break-in` and the documentation. */
export const AFTER_A_BREAK_IN = {
  id: 'break-in',
  title: 'What to do after a break-in',
  explain: `This is for a phone system that made calls nobody in the office made, or whose administration, mailboxes or SIP ports were open to the internet for some time. An open port is not yet a break-in. But attackers look for these ports all day, and the calls come at night and at weekends.

**First: stop the calls**

1. Ask the carrier to block international and premium-rate calls at once, on every line and SIP trunk. Have them confirm it, and ask for the list of recent calls.
2. Close the way in. Note or photograph the router's settings first. Then remove the forward, switch off the DMZ and UPnP on the router, and delete the mappings that UPnP made. Switching UPnP off leaves them in place. If you do not know the way in, disconnect the phone system from the internet.
3. Tell the customer, their IT and NEC or your distributor. Agree who does what.

**Keep what shows what happened**

4. Before you change anything else, save the call records, the router's log and list of forwards, a backup of the programming, and a report: \`sallyport check ADDRESS --format json -o FILE\`.
5. Report the calls to the carrier, in writing and soon: many carriers only refund what is reported early. The customer's insurance and the police may want the same papers.

**Find what they left behind**

6. Go through call forwarding and Find-Me/Follow-Me of every extension, through the external notification of every mailbox, and through DISA. Taking over a mailbox and pointing these to a number abroad is the usual attack.
7. Look for SIP devices, web users and mailboxes that nobody knows, and delete them.
8. Check the toll restriction: the InMail ports in class 15 (program 21-04), its table (21-05), and 011 in the table (21-06-01).
9. If you cannot say for certain what was changed, reset the system and program it again, or restore a backup from before the break-in. Systems that were attacked again and again through ports opened by UPnP have been seen to restart every 20 minutes.

**Change every secret**

10. The installer's name and password (90-02), User Pro passwords (90-28), the code of every mailbox, the password of every SIP device, and the password of the router. \`sallyport credential\` judges a new one, or proposes one.

**Prove that it is closed**

11. Check from outside: \`sallyport check ADDRESS\`. On site, \`sallyport preinstall\` also shows what the router does with what comes in.
12. Go through the rest with \`sallyport checklist --client ID\`, and have the address checked regularly: \`sallyport watch\`.`,
} as const;
