"""What mail systems send back, written the way they write it."""

RETURN_PATH = "bounces+d1f-0123456789abcdef0123@rituals.example.org"
OUR_MAIL = """\
Return-Path: <{sender}>
From: Side by Side <rituals@example.org>
To: anna@example.net
Subject: Weekly check-in
Message-ID: <prompt.31@example.org>

What went well this week?
"""
POSTFIX = """\
Return-Path: <>
X-Original-To: {to}
Delivered-To: {to}
Received: by mail.example.org (Postfix)
\tid 4Xy1; Sun,  7 Mar 2027 19:00:01 +0000 (UTC)
From: MAILER-DAEMON@mail.example.org (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4Xy1.1804446001/mail.example.org"

This is a MIME-encapsulated message.

--4Xy1.1804446001/mail.example.org
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--4Xy1.1804446001/mail.example.org
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org
X-Postfix-Sender: rfc822; {to}
Arrival-Date: Sun,  7 Mar 2027 19:00:00 +0000 (UTC)

Final-Recipient: rfc822; anna@example.net
Original-Recipient: rfc822;anna@example.net
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.net
Diagnostic-Code: smtp; {answer}

--4Xy1.1804446001/mail.example.org
Content-Description: Undelivered Message
Content-Type: message/rfc822

{mail}
--4Xy1.1804446001/mail.example.org--
"""
OUTLOOK = """\
From: <postmaster@outlook.com>
To: <{to}>
Subject: Undeliverable: Weekly check-in
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="a3f166a8-86ff-4945-a821-165756d68a8b_2_"
Auto-Submitted: auto-generated

--a3f166a8-86ff-4945-a821-165756d68a8b_2_
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="a3f166a8-86ff-4945-a821-165756d68a8b_3_"

--a3f166a8-86ff-4945-a821-165756d68a8b_3_
Content-Type: text/plain; charset="us-ascii"

Your message couldn't be delivered.
--a3f166a8-86ff-4945-a821-165756d68a8b_3_--

--a3f166a8-86ff-4945-a821-165756d68a8b_2_
Content-Type: message/delivery-status

Reporting-MTA: dns;AM6PR01.eurprd01.prod.outlook.com

Final-Recipient: rfc822;anna@example.net
Action: failed
Status: 5.4.1
Diagnostic-Code: smtp;550 5.4.1 Recipient address rejected: Access denied. AS(201806281)

--a3f166a8-86ff-4945-a821-165756d68a8b_2_--
"""
EXIM = """\
From: Mail Delivery System <Mailer-Daemon@mail.example.org>
To: {to}
X-Failed-Recipients: anna@example.net
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary=1804446001-eximdsn-1
MIME-Version: 1.0

--1804446001-eximdsn-1
Content-type: text/plain; charset=us-ascii

A message that you sent could not be delivered.

--1804446001-eximdsn-1
Content-type: message/delivery-status

Reporting-MTA: dns; mail.example.org

Action: failed
Final-Recipient: rfc822;anna@example.net
Status: 5.0.0
Remote-MTA: dns; mx.example.net
Diagnostic-Code: smtp; 550 5.1.1 No such user

--1804446001-eximdsn-1
Content-type: message/rfc822

{mail}
--1804446001-eximdsn-1--
"""
COMPLAINT = """\
From: <feedback@provider.example.net>
To: <{to}>
Subject: FW: Weekly check-in
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part1_13d.2e68ed54_boundary"

--part1_13d.2e68ed54_boundary
Content-Type: text/plain; charset="US-ASCII"
Content-Transfer-Encoding: 7bit

This is an email abuse report for an email message.

--part1_13d.2e68ed54_boundary
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <{original}>
Reported-Domain: example.org

--part1_13d.2e68ed54_boundary
Content-Type: message/rfc822
Content-Disposition: inline

{mail}
--part1_13d.2e68ed54_boundary--
"""
ABSENCE = """\
From: Anna <anna@example.net>
To: {to}
Subject: Out of office: 550 5.1.1
Auto-Submitted: auto-replied
Content-Type: text/plain

I am away. Action: failed. Status: 5.1.1
"""


def bounce(
    to: str = RETURN_PATH, *, action: str = "failed", status: str = "5.1.1", answer: str = "550 5.1.1 no such user"
) -> bytes:
    return POSTFIX.format(to=to, action=action, status=status, answer=answer, mail=OUR_MAIL.format(sender=to)).encode()


def outlook_bounce(to: str = RETURN_PATH) -> bytes:
    return OUTLOOK.format(to=to).replace("\n", "\r\n").encode()


def exim_bounce(to: str = RETURN_PATH) -> bytes:
    return EXIM.format(to=to, mail=OUR_MAIL.format(sender=to)).encode()


def complaint(to: str = RETURN_PATH, *, kind: str = "abuse", original: str = "") -> bytes:
    mail = OUR_MAIL.format(sender=original)
    return COMPLAINT.format(to=to, kind=kind, original=original, mail=mail).replace("\n", "\r\n").encode()


def absence(to: str = RETURN_PATH) -> bytes:
    return ABSENCE.format(to=to).encode()
