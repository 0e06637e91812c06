# Ce que disent les factures, les avoirs, les paiements et le profil de la société.

## Lignes et montants

tax-rate-malformed = Un taux de taxe est un pourcentage de 0 à 100, avec un point et deux décimales au maximum, par exemple 19 ou 8.25.
amount-negative = Ce montant ne peut pas être négatif.
quantity-malformed = Une quantité est un nombre décimal avec un point, trois décimales au maximum et pas plus de 1 000 000 000, par exemple 2.5.
quantity-not-positive = Une quantité est supérieure à 0 ; une remise est une ligne au prix négatif.
line-missing = Cette ligne n’existe pas sur cette facture.
line-named-twice = Cette ligne est nommée deux fois.
line-total-too-large = Le total de cette ligne est trop élevé.
total-too-large = Le total est trop élevé.
days-reversed = Le dernier jour est avant le premier.

## Factures

draft-not-cancelled = Cette facture est un brouillon : modifiez-la avec updateInvoice, ou supprimez-la avec deleteRecord.
draft-not-credited = Cette facture est un brouillon : il n’y a rien à reprendre ; modifiez-la avec updateInvoice, ou supprimez-la.
draft-not-paid = Cette facture est un brouillon : émettez-la d’abord avec issueInvoice.
invoice-has-payments = { $paid } ont été payés sur cette facture : annulez d’abord ces paiements avec voidPayment, ou reprenez-en une partie avec createCreditNote, qui montrera ce qui est à rembourser.
invoice-issued-is-fixed = { $number } est émise, et une facture émise ne change plus : reprenez-la avec cancelInvoice ou (en partie) createCreditNote, puis écrivez-en une nouvelle avec createInvoice.
invoice-issued-is-kept = { $number } est émise : elle est conservée, avec ses lignes. Reprenez-la avec cancelInvoice, ou une partie avec createCreditNote.
invoice-issued-already = Cette facture est déjà émise, sous le numéro { $number }.
invoice-cancelled-is-final = { $number } est annulée, et c’est définitif : écrivez-en une nouvelle avec createInvoice.
invoice-in-another-currency = Le projet a changé de devise entre-temps : écrivez une nouvelle facture avec createInvoice.
no-invoice-named = Nommez au moins une facture.
invoice-without-lines = Une facture a au moins une ligne : ajoutez-la avant de l’émettre.
invoice-total-not-positive = Le total doit être supérieur à 0 : une facture qui ne demande rien n’est pas émise.
advance-beyond-total = L’avance dépasse le total, { $total }.
advance-not-covered = L’avance est de { $advance }, et { $free } des paiements du projet sont disponibles : enregistrez d’abord { $lacking } avec recordPayment (sans invoiceId), ou réduisez l’avance.
due-before-issue = L’échéance est avant le jour d’émission, le { $day } : changez-la d’abord.
unprintable = { $place ->
    [subject] L’objet contient
    [line] Une ligne contient
    [client] Le nom ou l’adresse du client contient
    [project] Le nom du projet contient
    [reference] La référence contient
    [reason] Le motif contient
   *[company] Le profil de la société contient
} { $signs }, que les documents ne peuvent pas imprimer : écrivez-le d’abord autrement.

## Les numéros après la restauration d’une sauvegarde

numbers-unconfirmed = Une sauvegarde a été restaurée, et des factures émises depuis peuvent être dehors : un administrateur confirme d’abord le dernier numéro de chaque série avec confirmNumberSeries.
series-unknown = Cette série n’existe pas : BH pour les factures, AV pour les avoirs.
numbers-confirmed-already = Rien n’est à confirmer : des numéros de cette série sont déjà donnés.
number-malformed = Écrivez le numéro comme il est imprimé, par exemple { $example }.
number-of-a-year-to-come = L’année { $year } n’est pas encore venue.
numbers-begin-with = Commencez par le dernier numéro de { $year } : { $number } ou un numéro suivant.
number-known-already = { $number } est ici : donnez le même numéro ou un numéro suivant.
number-too-far = C’est plus de { $max } numéros après le dernier connu ici : vérifiez-le.

## Avoirs

invoice-credited-in-full = Cette facture est déjà entièrement reprise : il ne reste rien à reprendre.
credit-note-not-positive = Un avoir est supérieur à 0 : ses montants sont ce qui est repris, sans signe moins.
credit-note-too-large = Cet avoir est de { $subtotal } et { $tax } de taxe ; il reste { $subtotal_left } et { $tax_left } de taxe sur { $number }. Reprenez moins, ou ne donnez pas `items` pour reprendre tout le reste.
credit-note-stays = { $number } est un avoir : rien n’y est payé, repris ni annulé.
credit-note-not-duplicated = { $number } est un avoir : écrivez-en un nouveau avec createCreditNote.

## Paiements

payment-not-positive = Un paiement est supérieur à 0.
payment-mode-required = La facture ne dit pas comment elle doit être payée : indiquez comment elle l’a été.
payment-day-to-come = Ce jour n’est pas encore venu : enregistrez le paiement quand il aura eu lieu.
payments-too-large = Les paiements d’un projet ne peuvent pas atteindre une telle somme : vérifiez le montant.
invoice-of-another-project = Cette facture est celle d’un autre projet : nommez ce projet, ou ne donnez pas de facture.
invoice-paid-already = Il ne reste rien à payer sur cette facture.
invoice-has-no-balance = Il ne reste rien à payer sur { $number }. L’argent pour la suite s’enregistre sans invoiceId, et sert d’avance à la prochaine facture.
payment-beyond-balance = Il reste { $balance } à payer sur { $number } : enregistrez cette somme ici, et ce qui la dépasse sans invoiceId, pour servir d’avance à la prochaine facture.
invoice-too-many-payments = Une facture a { $most } paiements au plus : regroupez-en plusieurs en un seul.
invoice-too-many-credit-notes = Une facture a { $most } avoirs au plus : regroupez-en plusieurs en un seul.
payment-voided-already = Ce paiement est déjà annulé.
payment-taken-as-advance = Des factures émises ont pris leur avance sur ce paiement ({ $free } restent disponibles sur le projet) : enregistrez d’abord le paiement qui le remplace, ou annulez la facture avec cancelInvoice.
payment-is-kept = Un paiement est conservé : retirez-le des comptes avec voidPayment, qui en dit la raison.

## Ce que les comptes retiennent

project-with-books-stays = Une facture a été émise ou un paiement enregistré sur ce projet : il reste donc à son client. Créez un nouveau projet pour l’autre client avec createProject.
project-currency-fixed = Le projet a des factures ou des paiements dans sa devise, qui est donc fixée : supprimez les brouillons, ou créez un nouveau projet dans l’autre devise avec createProject.
books-are-kept = Les comptes sont conservés : une facture émise ou un paiement enregistré en dépend. Clôturez le projet avec closeProject, désactivez le client avec disableClient ; reprenez une facture avec cancelInvoice ou createCreditNote, un paiement avec voidPayment.

## La société

company-phone-malformed = Ce n’est pas un numéro de téléphone. Écrivez-en un ou plusieurs, par exemple « +227 20 12 34 56 / +227 90 12 34 56 ».

## Le nom des enregistrements

noun-invoice = facture
    .this = Cette facture
    .the = la facture
    .of = de la facture
    .of-a = d’une facture
noun-invoice-item = ligne de facture
    .this = Cette ligne de facture
    .the = la ligne de facture
    .of = de la ligne de facture
    .of-a = d’une ligne de facture
noun-payment = paiement
    .this = Ce paiement
    .the = le paiement
    .of = du paiement
    .of-a = d’un paiement
noun-company-profile = profil de la société
    .this = Ce profil de la société
    .the = le profil de la société
    .of = du profil de la société
    .of-a = du profil de la société
