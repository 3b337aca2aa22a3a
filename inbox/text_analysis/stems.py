"""The stems that suggestions use. How they are weighed is in `kinds` and `topics`.

Written folded, as `inbox.text_analysis.tokens` describes. Choose them by the messages of the part `development` in
`tests/inbox/data/labelled.toml`, never by those held out, and run `make maintain WHAT=triage-figures` afterwards.
"""

from collections.abc import Mapping

from inbox.enums import MessageKind, Topic

KINDS: Mapping[str, str] = {
    MessageKind.QUESTION: """
        2:kad= 2:kada= 2:gde= 2:kako= 2:kolik 2:kolko= 2:dokle= 2:dokad 2:do=_kad= 2:do=_kada= 2:do=_kog=
        2:do=_kolko= 2:do=_kolik 2:u=_kolko= 2:u=_kolik 2:zasto= 2:da=_li= 2:dali= 2:dal= 2:jel= 2:je=_li=
        2:ima=_li= 2:mogu=_li= 2:moze=_li= 2:mozete=_li= 2:moze=_se=_li= 2:hoce=_li= 2:hocete=_li= 2:ce=_li=
        2:radi=_li= 2:zna=_li= 2:znate=_li= 2:koja=_su= 2:koje=_je= 2:koji=_je= 2:koja=_je= 2:kolika=_je=
        2:ko=_je= 2:ko=_moze= 2:ko=_ima= 2:kome= 2:kojim= 2:na=_koj 2:u=_koj 2:kod=_koga= 2:sta=_treba=
        2:sta=_mi=_treba= 2:sta=_je=_potrebno= 2:kuda= 2:odakle= 2:cij 2:interesuje=_m 2:zanima=_m 2:pita
        1.5:ima=_li=_koga= 2:ko=_odrzav 2:ko=_je=_zaduzen 2:koji=_broj= 2:koji=_je=_broj 1:sta= 1:ko= 1:koj
        1:li= 2:mogu=_da=_li= 2:proverit 2.5:posaljite=_mi= 2:javite=_mi= 1:moze=_li=_neko= 1:moze=_neko=
    """,
    MessageKind.COMPLAINT: """
        2:rup 2:ne=_rad 2:ne=_svetl 2:ne=_gori= 2:ne=_greje= 2:ne=_grej 2:ne=_dolaz 2:ne=_odnos
        2:se=_ne=_odnos 2:nije=_dos 2:ne=_cist 2:ne=_moze=_da= 2:ne=_reag 2:nema=_vod 2:nema=_pedij
        2:nema=_lek 2:nema=_kontej 2:nema=_struj 2:bez=_vod 2:bez=_struj 1.5:nema=_prit 2:nemamo=
        2:nije=_isprazn 2:nisu=_isprazn 1.5:nema= 2:sramot 2:sram= 2:bruk 2:katastrof 2:uzas 2:strasn
        2:bezobra 2:nesnosn 2:haos 2:smrd 2:smrad 1.5:prljav 2:zapusten 2:prepun 2:pretrpan 2:zatrpan
        2:zakrcen 1.5:pukl 1.5:puka 2:curi= 2:lipti= 2:izliva 2:polomlj 2:razbij 2:razbi 2:slomlj 2:unisten
        2:osteen 2:ostecen 1.5:propa 1.5:probusi 2:raskopa 2:iskopa 2:kopate= 2:kopaju= 2:iskljuc 2:nema=_ni=
        1.5:nema=_dovolj 1.5:struj_nestaj 1.5:blato= 1.5:prasin 1.5:opet= 2:stalno= 2:nikad 2:niko=_ne=
        2:niko=_nista= 2:niko= 2:nigde= 2:nista= 2:mesecima= 2:godinama= 2:nedeljama= 2:vec=_nedelj
        2:vec=_mesec 2:vec=_dve= 2:vec=_godin 2:vec=_deset= 2:treci=_dan= 2:dan=_zaredom= 2:trecu=_nedelj
        2:treci=_put= 2:svaki=_cas= 2:svaki=_dan= 1.5:svak_noc 1.5:svak_vec 1.5:svako=_vece= 2:dokle=_vise=
        2:dosta=_vise= 2:lopov 2:lazet 2:neodgovorn 2:nadrkan 2:kasni= 2:kasne= 2:kasnjenj 2:mrak
        2:divlj_deponij 2:psi=_lutal 2:pas=_lutal 2:copor 2:lutalic 1.5:napada 1.5:nasrn 2:izuj 1.5:ujeo=
        2:buk= 2:buka= 2:galam 2:divljaj 3:obijen 2:ukrad 2:otrovan 2:uginul 2:bahat 2:zauze 1.5:parkiran_na=
        1.5:parkiraju=_po= 2:secu= 2:posek 2:posec 2:hladn 2:mlak 2:ladn 2:dupl 2:poskup 2:poskuplj 1.5:opomen
        2:cekam= 2:cekamo= 2:cekali= 2:zalim 2:zalb 2:prijavljuj 2:reklam 2:vracen 2:odbij 1.5:platili=_ste=
        1.5:do=_kolena 2:visok 2:krater 2:viri= 2:vire= 2:nagnut 2:prokisnjav 2:gusim 2:trpi 2:pojedos 2:crko=
        2:crkao= 2:crkl 2:odsecen 2:ne=_moze=_nista= 1.5:zovem=_od= 2:ne=_javlja= 2:zvali=_smo= 1.5:slab
        2:nestaj 1.5:spava= 1.5:cist_nikad 2:naplac 2:bacaju= 2:baca= 2:ispust 1.5:stoji=_vec= 1.5:plasi
        2:petard 2:krpelj
    """,
    MessageKind.PROPOSAL: """
        3:predlaz 3:predlog 3:predlozi 2:trebalo=_bi= 2:bilo=_bi= 2:moglo=_bi= 2:mogli=_bist 2:mogli=_bi=
        2:mogla=_bi= 2:moglo=_bi=_da= 5:zasto=_ne=_bi 5:sto=_ne=_bi 3:ideja= 3:sugestij 3:razmisl 3:uvedit
        3:treba=_uvesti= 2:stavite= 2:postavite= 2:napravite= 2:organizujt 2:otvorite= 2:izgradit 2:zasadite=
        2:obelez 2:omoguc 2:dajte= 2:sto=_ne=_napr 5:zasto=_ne=_napr 3:zasto=_ne=_uved 1:treba=_da=_se=
        2:dobro=_bi=_bilo= 2:lepo=_bi=_bilo= 2:korisno=
    """,
    MessageKind.PRAISE: """
        2:hvala= 2:bravo= 2:svaka=_cast= 2:svaka=_vam=_cast= 2:odlic 2:super= 2:pohval 2:cestit 2:ponos 2:divn
        2:sjajn 2:prelep 2:prediv 2:odusev 2:zahval 2:samo=_napred= 2:samo=_tako= 2:napokon= 2:konacno=
        2:ljubazn 2:blista 2:junaci= 2:zlatn 2:presrecn 2:odlik 2:great= 2:gratulal 1:lepo= 1:lep=
        2:beautiful= 2:mnogo=_lepo= 2:svaka=_pohval 2:bravos
    """,
    MessageKind.EMERGENCY: """
        3:pozar 3:vatr_se= 2:vatra= 2.5:gori= 3:gori=_kuc 3:gori=_sum 3:poplav 2.5:izlil 2.5:izlila 3:eksploz
        3:povreden 3:pod=_napon 3:varnic 3:iskri= 4:curi=_gas= 3:miris=_gas 3:gasa=_u= 3:mirise=_na=_gas=
        3:gas=_curi= 3:srusi 3:urusi 3:odron 3:klizist 3:klizi=_brd 3:bez=_svest 3:potopljen 3:dete=_upal
        3:upalo= 2.5:upao= 3:otvoren_saht 3:sahta=_otvoren 2.5:hitno= 2.5:pomozit 2.5:pomoc=_hitno= 2:zovite=
        2.5:zovite=_vatrog 3:nabuj 3:preliva= 2:nasip 3:zica=_vis 3:zice=_vis 3:pala=_zic 3:pao=_kabl
        3:zaglavljen 2.5:upravo=_napad 2:ulazi=_u=_kuc 2.5:nam=_ulazi= 2:spasav 2.5:gine 2:poginut
        2:ubice=_se= 3:zivot_opas 2:opasn 2:u=_kolima= 2:nemojte=_tuda=
    """,
    MessageKind.SPAM: """
        2:zarad 2:kredit= 2:krediti= 2:zajam 2:kamat 2:bitcoin 2:bitkoin 2:crypto 2:kripto 2:kazino 2:casino
        2:kladion 2:bonus 2:depozit 2:osvoj 2:zaprati= 2:zapratit 2:inbox= 2:viber= 2:whatsapp= 2:prodajem=
        2:kupujem= 2:povolj 2:najniz_cen 2:najpovolj 2:tarot 2:gledanj_u=_solj 2:viagr 2:potencij 2:preparat
        2:mrsav 2:kliknit 2:klikni= 2:link= 2:nagradn 1.5:besplat_dostav 1.5:dostav 2:isplat_odmah=
        2:bez=_ulaganj 2:bez=_zaposl 2:bez=_prover 2:popust 2:akcija=_akcij 1.5:akcija= 2:earn= 2:invest
        2:money= 2:followers= 2:cheap= 2:price= 2:trading= 1.5:cena= 2:selidb 2:dnevno= 2:snizenj 2:naruc
        2:poruci 2:tepih=_servis= 1:kvadrat 1.5:dolazim=_na=_adres
    """,
    MessageKind.UNLAWFUL: """
        3:ubicu= 3:ubicemo= 3:ubit= 3:ubiti= 3:pobit 3:zaklac 3:zaklat 3:poklat 3:spalic 3:zapalic
        3:zapaliti=_ih= 3:prebic 3:polomic 3:polomit 3:obesit 3:obesic 3:strelja 3:metak 3:bombu=
        3:znam=_gde=_ziv 3:znamo=_gde= 3:znamo=_gde=_ti= 2:cigan 3:siptar 2:treba=_pobit 3:istrebit
        3:isterati= 2:pred=_kuc 3:silovac 2:pazi=_se= 3:da=_te=_ubij 3:mrtav=_si= 3:ubijem=
    """,
}

# "Prošli put" and "dva puta" are no roads: what stands before a road in these words says how often, or when.
OCCASIONS = frozenset(
    {
        "prosli", "proslog", "ovaj", "ovog", "onaj", "onog", "sledeci", "sledeceg", "iduci", "prvi", "drugi", "treci",
        "cetvrti", "peti", "svaki", "neki", "zadnji", "zadnjeg", "poslednji", "jedan", "dva", "tri", "cetiri", "pet",
        "deset", "sto", "hiljadu", "vise", "nekoliko", "mnogo", "puno", "jos", "koliko",
    }
)  # fmt: skip
# Names of streets, settlements and offices are no evidence of a topic; these stems describe services.
TOPICS: Mapping[str, str] = {
    Topic.WATER: """
        2:voda= 2:vodu= 2:vode= 2:vodi= 2:vodom= 2:vodovod 2:vodosnab 2:vodomer 3:kanaliz 2:cev= 2:cevi=
        2:cesm 2:hidran 2:pritis 2:atmosfersk 2:izvor 2:reka= 2:poplav 2:bunar 2:prikljuc 2:vodeni 2:bez=_vod
        2:slavin 2:cesma 2:odvod 2:potok 2:fekalij 2:hlor 2:septick 2:nasip 2:potoplj
    """,
    Topic.ROADS: """
        2:rup 2:asfalt 2:trotoar 2:put= 1.5:puta= 1.5:putu= 2:putevi 2:puteva= 2:putar ulic 2:raskrsn
        2:semafor 2:kruzn_tok 2:kruznom=_tok 2:saht 2:most= 2:mosta= 2:mostu= 2:mostom= 2:sneg 2:lezec
        2:usporiv 2:pesack 2:prelaz 2:raskopa 2:ivicnjak 2:odron 2:kolovoz 2:biciklist 2:ogledal 2:zebr
    """,
    Topic.WASTE: """
        2:smec 3:kontejn 2:kante= 2:kanti= 3:deponij 2:otpad 2:dubr 2:recikl 2:cistoc 2:komunalac 3:sut=
        2:kabast 2:pacov 2:prljav 2:ciscenj 2:plasticn 2:frizider 3:kese= 3:kesa= 2:sklanj
    """,
    Topic.LIGHT: """
        3:struj 3:rasvet 2:svetlo= 2:svetla= 2:svetli= 2:svetiljk 2:bander 2:sijalic 2:mrak 2:lamp 2:zic=
        2:zica= 2:zice= 2:napon 2:led= 2:elektrodist 2:trafo 2:varnic 1.5:sija=
    """,
    Topic.HEATING: """
        3:grej 2:grij 3:radijator 2:toplan 3:toplotn_pump 2:toplotn 2:gas= 2:gasa= 2:kotlar 2:pelet 2:hladno=
    """,
    Topic.TRANSPORT: """
        3:autobus 2:automobil_parkir 3:parking 2:parkir 3:prevoz 2:taksi 2:linij 2:stajalist 2:vozil 2:golf=
        2:registraci 2:red=_voznj 2:vozov 2:vozn 2:voz=
    """,
    Topic.GREEN: """
        2:park= 2:parka= 2:parku= 2:parkov 2:prirod 2:drvec 2:drvo= 2:drvored 2:trav 2:klup 2:zelen_povrs
        2:sadnic 3:cvec 3:zasad 2:komarc 2:krpelj 2:lipe= 2:lipa= 2:platan 2:sec_plat 2:secu= 2:posek 2:posec
        2:dim= 2:vazduh 2:zagaden 2:prska 2:kej= 2:keja= 2:sum= 2:suma= 2:setnj 2:kos_trav 2:fabrik
    """,
    Topic.ANIMALS: """
        2:pas= 2:psi= 2:psa= 2:pse= 2:psima= 2:pasa= 3:mack 2:stene= 2:stenad 3:lutalic 3:azil 3:copor
        2:zivotinj 2:ujed 2:sterilizac 2:otrovan
    """,
    Topic.CHILDREN: """
        2:vrtic 2:skol 2:obdanist 2:predskol 2:dec= dece= deca= dete= decu= deci= 3:udzbenik 2:skolsk 2:uzin
        2:dak= 2:daci= 2:dake= 2:dacima= 2:igralist 2:igraonic 2:ljuljask 2:klackal 2:vaspitac 2:boravk
        2:ucenik
    """,
    Topic.SOCIAL: """
        2:lekar 2:doktor 2:dom=_zdrav 2:doma=_zdrav 2:domu=_zdrav 2:bolnic 3:hitnu= 3:hitna=_pom
        3:zovite=_hitnu= 2:bez=_svest 2:ambulant 2:vakcin 2:pedijat 2:penzion 3:jednokratn 2:socijaln 2:dodat
        2:decj_dodat 2:sestr 2:star_osob 1.5:invalid 3:ugrozen 2:nezi= 2:pomoc 2:zdravstv 2:gerontol
    """,
    Topic.PAPERS: """
        2:dokument 2:licn_kart 2:pasos 2:izvod 2:maticn 2:maticar 2:gradevin 2:dozvol 2:legaliz 1.5:salter
        2:aplikacij 2:portal 2:zahtev 2:resenj 2:predmet 2:overi 2:overa 2:uverenj 2:obraz 2:prebival
        1.5:papir 2:zakaz 2:eupr 2:upis=_stan 2:sluzbenic 2:punomoc 2:urbanist 2:katastar
    """,
    Topic.MONEY: """
        3:porez 2:taksa= 2:takse= 2:taksu= 1.5:racun= 1.5:racuna= 2:racuni= 2:uplat 2:uplac 2:dug= 2:dugov
        2:preplat 2:subvenc 2:naknad 2:opomen 2:poskup 2:budzet 1.5:rate=
    """,
    Topic.CULTURE: """
        2:koncert 2:predstav 2:muzej 2:izlozb 2:festival 2:bazen 2:bibliotek 2:sport 2:pevaljk 2:dom=_kultur
        2:doma=_kultur 2:domu=_kultur 2:film 2:kart_za= 2:vasar 2:komedij 2:teren 2:skejt 2:folklor 2:utakmic
        2:pozorist 1.5:vatromet 3:skejt 2:program 2:priredb
    """,
    Topic.SAFETY: """
        2.5:polici 2:milicij 2:pozar 2:vatrogas 3:kamer 2:buka= 2:buke= 2:muzik 2:obijen 2:ukrad 2:krad
        2:petard 2:motor 2:divlja= 2:divljaj 2:tuc= 2:tuca= 2:eksploz 2:gori=_kuc 2:vatra= 2:vatru= 2:kafic
        2:helikopt 2:bezbed 2:gori=
    """,
}

# Angry words only raise a flag. Never a reason to hide anything.
ANGRY = """
    2:sramot 2:sram= 2:bruk 2:katastrof 2:bezobraz 2:lopov 2:lazov 2:lazet 2:mars= 2:idiot 2:majmun 2:stok
    2:band 2:jebe 2:jebi 2:jebo 2:kurc 2:pick 2:sranj 2:govn 2:nadrkan 2:majku= 2:majke=_mi= 2:dosta=_vise=
    2:dokle=_vise= 2:uzas 2:nesposobn 2:kreten 2:glup
"""
